namespace HirePanda.ApiKeys;

/// <summary>The kinds of alerts.</summary>
public static class ApiKeyAlertKinds
{
    /// <summary>A key, or a client with another credential, has used most of its rate limit.</summary>
    public const string RateLimitApproaching = "rate_limit_approaching";

    /// <summary>A key is used far more than usual, or from a country that is new to it.</summary>
    public const string UnusualActivity = "unusual_activity";

    /// <summary>A client sends many credentials that are refused.</summary>
    public const string FailedAuthentication = "failed_authentication";

    /// <summary>A key expires soon.</summary>
    public const string KeyExpiring = "key_expiring";

    /// <summary>A key is so old that it should be rotated.</summary>
    public const string RotationDue = "rotation_due";
}
