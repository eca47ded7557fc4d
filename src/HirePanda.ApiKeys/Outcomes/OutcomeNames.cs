namespace HirePanda.ApiKeys;

/// <summary>How outcomes are called in metrics and traces.</summary>
internal static class OutcomeNames
{
    public const string Tag = "hirepanda.api_keys.outcome";

    /// <summary>In the order of <see cref="ApiKeyOutcome"/>.</summary>
    public static string[] All { get; } = [.. Enum.GetValues<ApiKeyOutcome>().Select(outcome => outcome switch
    {
        ApiKeyOutcome.AddressNotAllowed => "address_not_allowed",
        ApiKeyOutcome.ClientThrottled => "client_throttled",
        ApiKeyOutcome.NotAnApiKey => "not_an_api_key",
        ApiKeyOutcome.RejectedByHost => "rejected_by_host",
        ApiKeyOutcome.RateLimited => "rate_limited",
        _ => outcome.ToString().ToLowerInvariant(),
    })];

    public static string Of(ApiKeyOutcome outcome) => All[(int)outcome];
}
