namespace HirePanda.ApiKeys;

/// <summary>
/// Reacts to verdicts, for example to count, throttle or report. Verification only decides. Everything that happens because of a
/// verdict is an observer.
/// </summary>
internal interface IVerdictObserver
{
    /// <summary>Observes a verdict. Runs within the request, so it must neither block nor throw.</summary>
    /// <param name="verdict">The verdict.</param>
    /// <param name="context">The caller that presented the secret.</param>
    /// <param name="started">The time at which verification started, in ticks.</param>
    void Observe(in ApiKeyVerdict verdict, in ApiKeyVerificationContext context, long started);
}
