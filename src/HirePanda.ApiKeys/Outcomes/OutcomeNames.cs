namespace HirePanda.ApiKeys;

/// <summary>The names of outcomes in metrics and traces: snake_case.</summary>
internal static class OutcomeNames
{
    /// <summary>The tag that holds an outcome's name.</summary>
    public const string Tag = "hirepanda.api_keys.outcome";

    /// <summary>Gets all names, in the order of <see cref="ApiKeyOutcome"/>.</summary>
    public static string[] All { get; } = Array.ConvertAll(
        Enum.GetNames<ApiKeyOutcome>(), System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName);

    public static string Get(ApiKeyOutcome outcome) => All[(int)outcome];
}
