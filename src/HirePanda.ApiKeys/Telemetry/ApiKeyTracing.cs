using System.Diagnostics;

namespace HirePanda.ApiKeys;

/// <summary>The activity source <c>HirePanda.ApiKeys</c>: one activity for each request whose credential is verified.</summary>
internal static class ApiKeyTracing
{
    private static readonly ActivitySource _source = new(ApiKeyDefaults.ActivitySourceName);

    /// <summary>Whether anybody listens.</summary>
    public static bool IsOn => _source.HasListeners();

    /// <summary>Starts an activity; null where nobody wants this one.</summary>
    public static Activity? Start() => _source.StartActivity("api_key.verify");

    /// <summary>Says how it ended.</summary>
    /// <param name="activity">The activity.</param>
    /// <param name="outcome">The outcome; only a store that cannot answer is an error, all others are what keys are for.</param>
    /// <param name="keyId">The key; null: not to be said.</param>
    public static void End(Activity activity, ApiKeyOutcome outcome, string? keyId)
    {
        activity.SetTag(OutcomeNames.Tag, OutcomeNames.Of(outcome));
        if (keyId is not null)
        {
            activity.SetTag("hirepanda.api_keys.key_id", keyId);
        }

        if (outcome == ApiKeyOutcome.Unavailable)
        {
            activity.SetStatus(ActivityStatusCode.Error, "The API key store cannot answer.");
        }
    }
}
