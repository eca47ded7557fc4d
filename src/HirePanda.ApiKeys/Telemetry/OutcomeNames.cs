namespace HirePanda.ApiKeys;

/// <summary>How outcomes are called in metrics and traces.</summary>
internal static class OutcomeNames
{
    public const string Tag = "hirepanda.api_keys.outcome";

    /// <summary>In the order of <see cref="ApiKeyOutcome"/>.</summary>
    public static string[] All { get; } = [.. Enum.GetValues<ApiKeyOutcome>().Select(outcome => outcome switch
    {
        ApiKeyOutcome.AddressRefused => "address_refused",
        ApiKeyOutcome.RateLimited => "rate_limited",
        _ => outcome.ToString().ToLowerInvariant(),
    })];

    public static string Of(ApiKeyOutcome outcome) => All[(int)outcome];
}
