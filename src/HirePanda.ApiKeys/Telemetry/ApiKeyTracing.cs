using System.Diagnostics;

namespace HirePanda.ApiKeys;

/// <summary>The activity source <c>HirePanda.ApiKeys</c>: one activity for each request whose credential is verified.</summary>
internal static class ApiKeyTracing
{
    private static readonly ActivitySource _source = new(ApiKeyDefaults.ActivitySourceName);

    /// <summary>Starts an activity.</summary>
    /// <returns>The activity, or null if there is no listener.</returns>
    public static Activity? Start() => _source.StartActivity("api_key.verify");

    /// <summary>Sets the outcome of verification.</summary>
    /// <param name="activity">The activity, or null if there is no listener.</param>
    /// <param name="outcome">The outcome. Only a store that cannot answer is an error.</param>
    /// <param name="keyId">The id of the key, or null to leave it out.</param>
    public static void SetOutcome(Activity? activity, ApiKeyOutcome outcome, string? keyId)
    {
        if (activity is null)
        {
            return;
        }

        activity.SetTag(OutcomeNames.Tag, OutcomeNames.Get(outcome));
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
