namespace HirePanda.ApiKeys;

/// <summary>Counts verdicts in metrics, and records when a key was last used.</summary>
internal sealed class VerdictCounters(ApiKeyMetrics metrics) : IVerdictObserver
{
    /// <inheritdoc/>
    public void Observe(in ApiKeyVerdict verdict, in ApiKeyVerificationContext context, long started)
    {
        metrics.CountVerification(verdict.Outcome, started);
        if (verdict is { Live: { } live, Limit: { Limits: not null } limit })
        {
            metrics.CountDecision(limit.Admitted);
            if (limit.Admitted)
            {
                Volatile.Write(ref live.Activity.LastUsedAt, started);
            }
        }
    }
}
