using System.Text.Json;

namespace HirePanda.ApiKeys;

/// <summary>Something about a key or a workspace that its people should know. It fires once for its cause, on one process only.</summary>
public sealed record ApiKeyAlert
{
    /// <summary>The alert's id: opaque, unique and never reused.</summary>
    public required string Id { get; init; }

    /// <summary>The workspace whose people it is for.</summary>
    public required string Workspace { get; init; }

    /// <summary>What it is about: one of <see cref="ApiKeyAlertKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>What caused it, at most 500 characters: no two alerts of a store have the same one. Callers never see it.</summary>
    public required string Cause { get; init; }

    /// <summary>The key that it is about; null: none.</summary>
    public string? KeyId { get; init; }

    /// <summary>What happened, for people.</summary>
    public required string Message { get; init; }

    /// <summary>When it fired.</summary>
    public required DateTimeOffset RaisedAt { get; init; }

    /// <summary>When it was first acknowledged; null: it was not.</summary>
    public DateTimeOffset? AcknowledgedAt { get; init; }

    /// <summary>Who acknowledged it first: a key's id, or whatever the host's own actors are called; null: nobody.</summary>
    public string? AcknowledgedBy { get; init; }

    /// <summary>What happened, for programs: a JSON object whose members depend on the kind; null: nothing besides.</summary>
    public JsonElement? Data { get; init; }
}

/// <summary>What alerts are about.</summary>
public static class ApiKeyAlertKinds
{
    /// <summary>A key has used most of its rate limit.</summary>
    public const string RateLimitApproaching = "rate_limit_approaching";

    /// <summary>A key is used far more than usual, or from a country that is new to it.</summary>
    public const string UnusualActivity = "unusual_activity";

    /// <summary>Somebody tries credentials that are refused.</summary>
    public const string FailedAuthentication = "failed_authentication";

    /// <summary>A key will expire soon.</summary>
    public const string KeyExpiring = "key_expiring";

    /// <summary>A key is so old that it should be rotated.</summary>
    public const string RotationDue = "rotation_due";
}

/// <summary>A page of keys that people may have to be reminded of, over all workspaces.</summary>
public sealed record ApiKeyReminderQuery
{
    /// <summary>The time at which keys are judged to be active.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Keys that expire before this; null: none for their expiry.</summary>
    public DateTimeOffset? ExpiresBefore { get; init; }

    /// <summary>Keys that were created before this, besides; null: none for their age.</summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>Only keys whose id comes after this one; null: from the start.</summary>
    public string? AfterId { get; init; }

    /// <summary>The largest number of keys to return, at least 1.</summary>
    public required int Limit { get; init; }
}
