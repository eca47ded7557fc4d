using System.Diagnostics.Metrics;

namespace HirePanda.ApiKeys;

/// <summary>The meter <c>HirePanda.ApiKeys</c>. No tag ever names a key.</summary>
internal sealed class ApiKeyMetrics
{
    public const string MeterName = "HirePanda.ApiKeys";

    private readonly Counter<long> _reported;

    public ApiKeyMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _reported = meter.CreateCounter<long>(
            "hirepanda.api_keys.allowlist.reported", "{request}", "Requests that a report-only IP allowlist would have refused.");
    }

    public void Reported() => _reported.Add(1);
}
