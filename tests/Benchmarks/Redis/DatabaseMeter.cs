using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>Counts the statements that this process sends to PostgreSQL, by verb and table, and counts bytes.</summary>
internal sealed partial class DatabaseMeter : IDisposable
{
    private readonly ConcurrentDictionary<string, int> _statements = new();
    private readonly ActivityListener _activities = new();
    private readonly MeterListener _meters = new();
    private long _bytes;

    public DatabaseMeter()
    {
        _activities.ShouldListenTo = source => source.Name == "Npgsql";
        _activities.Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData;
        _activities.ActivityStopped = activity =>
        {
            if (activity.GetTagItem("db.query.text") is string text)
            {
                _statements.AddOrUpdate(Name(text), 1, (_, count) => count + 1);
            }
        };
        ActivitySource.AddActivityListener(_activities);
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name.StartsWith("db.client.operation.npgsql.bytes", StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<long>((_, bytes, _, _) => Interlocked.Add(ref _bytes, bytes));
        _meters.Start();
    }

    /// <summary>Gets the bytes that were sent and received since the last call.</summary>
    public long TakeBytes() => Interlocked.Exchange(ref _bytes, 0);

    /// <summary>Gets the statements since the last call as text, each with its number divided by a unit.</summary>
    public string TakeStatements(double unit)
    {
        var counts = _statements.ToArray();
        _statements.Clear();
        return string.Join(", ", counts.Where(count => count.Value / unit > 0.01).OrderByDescending(count => count.Value).Select(
            count => string.Create(CultureInfo.InvariantCulture, $"{count.Key} {count.Value / unit:0.##}")));
    }

    public void Dispose()
    {
        _activities.Dispose();
        _meters.Dispose();
    }

    private static string Name(string text)
        => $"{Verb().Match(text).Value} {Table().Match(text).Value}".Trim();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Verb();

    [GeneratedRegex(@"api_key\w*")]
    private static partial Regex Table();
}
