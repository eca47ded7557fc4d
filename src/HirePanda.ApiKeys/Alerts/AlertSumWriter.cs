using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>Raises the sums of alerts when their hour is over, and when the host stops.</summary>
internal sealed class AlertSumWriter(AlertSums sums, AlertRaiser raiser, TimeProvider time, ILogger<AlertSumWriter> logger)
    : BackgroundJob(TimeSpan.FromMinutes(1), time, logger)
{
    public override TimeSpan TimeToStop => TimeSpan.FromSeconds(0.5);

    protected override string FailureMessage => "The sums of API key alerts could not be raised; it is tried again in a minute.";

    protected override Task RunAsync(CancellationToken cancellationToken)
        => RaiseBeforeAsync(AlertSums.Hour(Time.GetUtcNow()), cancellationToken);

    protected override Task FinishAsync(CancellationToken cancellationToken)
        => RaiseBeforeAsync(DateTimeOffset.MaxValue, cancellationToken);

    private async Task RaiseBeforeAsync(DateTimeOffset hour, CancellationToken cancellationToken)
    {
        var taken = new Queue<AlertSum>(sums.TakeBefore(hour));
        try
        {
            while (taken.TryPeek(out var sum) && await raiser.SettleAsync(sum, cancellationToken).ConfigureAwait(false))
            {
                taken.Dequeue();
            }
        }
        finally
        {
            // What the store could not take is tried again.
            foreach (var sum in taken)
            {
                sums.Add(sum);
            }
        }
    }
}
