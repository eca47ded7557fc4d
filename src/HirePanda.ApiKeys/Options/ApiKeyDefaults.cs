namespace HirePanda.ApiKeys;

/// <summary>The names of the authentication scheme, the meter and the activity source.</summary>
public static class ApiKeyDefaults
{
    /// <summary>The name of the authentication scheme: <c>ApiKey</c>.</summary>
    public const string AuthenticationScheme = "ApiKey";

    /// <summary>
    /// The name of the scheme that selects between API keys and the schemes of <c>AcceptScheme</c>: <c>ApiKeySelector</c>. A
    /// host that accepts no further scheme does not have it.
    /// </summary>
    public const string SelectorScheme = "ApiKeySelector";

    /// <summary>The name of the meter, for <c>AddMeter</c> of OpenTelemetry: <c>HirePanda.ApiKeys</c>.</summary>
    public const string MeterName = "HirePanda.ApiKeys";

    /// <summary>The name of the activity source, for <c>AddSource</c> of OpenTelemetry: <c>HirePanda.ApiKeys</c>.</summary>
    public const string ActivitySourceName = "HirePanda.ApiKeys";
}
