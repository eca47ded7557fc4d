using System.Globalization;

namespace HirePanda.ApiKeys;

/// <summary>Reports usage that has waited for the store for too long.</summary>
internal sealed class UsageHealth(UsageMetrics metrics) : IHealthSource
{
    private static readonly TimeSpan _maxAge = TimeSpan.FromMinutes(1);

    public string Name => "usage";

    public ValueTask<string?> FindProblemAsync(CancellationToken cancellationToken)
        => new(metrics.Lag <= _maxAge.TotalSeconds
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"Usage has waited for the store for {metrics.Lag:0} s."));
}
