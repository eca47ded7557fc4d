using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace HirePanda.ApiKeys;

/// <summary>
/// Counts the alerts that a workspace does not get one by one, because it has had its number of that kind in the hour.
/// The counts are in memory and bounded. The sum of an hour becomes one alert.
/// </summary>
internal sealed class AlertSums
{
    /// <summary>How many alerts of one kind a workspace gets in an hour.</summary>
    public const int MaxAnHour = 10;

    private const int MaxSums = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Workspace, string Kind, DateTimeOffset Hour), AlertSum> _sums = [];

    /// <summary>Counts an alert instead of raising it.</summary>
    public void Add(ApiKeyAlert alert)
    {
        var attempts = alert.Data is { } data && data.TryGetProperty("attempts", out var number) ? number.GetInt64() : 0;
        Add(new AlertSum(alert.Workspace, alert.Kind, Hour(alert.RaisedAt), 1, attempts));
    }

    /// <summary>Adds a sum, also one that could not be raised.</summary>
    public void Add(AlertSum sum)
    {
        lock (_lock)
        {
            if (_sums.Count < MaxSums || _sums.ContainsKey(sum.Slot))
            {
                ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_sums, sum.Slot, out var isKnown);
                known = isKnown
                    ? known! with { Alerts = known.Alerts + sum.Alerts, Attempts = known.Attempts + sum.Attempts }
                    : sum;
            }
        }
    }

    /// <summary>Takes out the sums of hours that began before a time.</summary>
    public IReadOnlyList<AlertSum> TakeBefore(DateTimeOffset hour)
    {
        lock (_lock)
        {
            var taken = _sums.Values.Where(sum => sum.Hour < hour).ToList();
            taken.ForEach(sum => _sums.Remove(sum.Slot));
            return taken;
        }
    }

    /// <summary>The hour that an alert counts in.</summary>
    public static DateTimeOffset Hour(DateTimeOffset time) => UsageTime.Floor(time, ApiKeyUsageGranularity.Hour);
}

/// <summary>The alerts of one kind that a workspace did not get one by one in an hour.</summary>
/// <param name="Workspace">The workspace.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Hour">When the hour began.</param>
/// <param name="Alerts">How many there were.</param>
/// <param name="Attempts">How many attempts to authenticate they were about.</param>
internal sealed record AlertSum(string Workspace, string Kind, DateTimeOffset Hour, int Alerts, long Attempts)
{
    public (string Workspace, string Kind, DateTimeOffset Hour) Slot => (Workspace, Kind, Hour);

    public string DeduplicationKey => $"{Kind}:{Workspace}:rest:{From}";

    public string Message => Kind == ApiKeyAlertKinds.FailedAuthentication
        ? string.Create(
            CultureInfo.InvariantCulture, $"{Alerts} more clients failed to authenticate too often in the hour from {From}")
        : string.Create(CultureInfo.InvariantCulture, $"{Alerts} more alerts of the kind {Kind} in the hour from {From}");

    public JsonElement Data => Kind == ApiKeyAlertKinds.FailedAuthentication
        ? JsonSerializer.SerializeToElement(new MoreFailuresData(Alerts, Attempts, From), AlertJson.Contract.MoreFailuresData)
        : JsonSerializer.SerializeToElement(new MoreAlertsData(Alerts, From), AlertJson.Contract.MoreAlertsData);

    private string From => Hour.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture);
}
