namespace HirePanda.ApiKeys;

/// <summary>Names of the scheme.</summary>
public static class ApiKeyDefaults
{
    /// <summary>The name of the authentication scheme: <c>ApiKey</c>.</summary>
    public const string AuthenticationScheme = "ApiKey";
}
