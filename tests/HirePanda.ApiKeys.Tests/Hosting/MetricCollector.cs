using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>
/// Collects the measurements of one host's meters from now on, and ignores those of other hosts in this process.
/// </summary>
internal sealed class MetricCollector : IDisposable
{
    private readonly MeterListener _listener;
    private readonly ConcurrentQueue<Measured> _measured = new();
    private readonly ConcurrentQueue<Instrument> _instruments = new();

    /// <param name="services">The host's services.</param>
    public MetricCollector(IServiceProvider services)
    {
        var meters = services.GetRequiredService<IMeterFactory>();
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == meters)
                {
                    _instruments.Enqueue(instrument);
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Gets the instruments of the library.</summary>
    public IEnumerable<Instrument> Ours => _instruments.Where(instrument => instrument.Meter.Name == "HirePanda.ApiKeys");

    /// <summary>Gets all measurements of all meters as text.</summary>
    public string All
    {
        get
        {
            _listener.RecordObservableInstruments();
            return string.Join('\n', _measured);
        }
    }

    /// <summary>
    /// Gets the sum of an instrument's measurements, or the last value of an observable instrument, by tags.
    /// </summary>
    /// <param name="name">The instrument's name after <c>hirepanda.api_keys.</c>.</param>
    public Dictionary<string, double> Read(string name)
    {
        _listener.RecordObservableInstruments();
        return _measured.Where(measurement => measurement.Instrument.Name == "hirepanda.api_keys." + name)
            .GroupBy(measurement => measurement.Tags)
            .ToDictionary(
                group => group.Key,
                group => group.First().Instrument.IsObservable
                    ? group.Last().Value
                    : group.Sum(measurement => measurement.Value));
    }

    /// <summary>Gets the changes in <see cref="Read"/> during an action.</summary>
    public async Task<Dictionary<string, double>> DifferenceAsync(string name, Func<Task> act)
    {
        var before = Read(name);
        await act();
        return Read(name).Select(entry => (entry.Key, Value: entry.Value - before.GetValueOrDefault(entry.Key)))
            .Where(entry => entry.Value != 0).ToDictionary(entry => entry.Key, entry => entry.Value);
    }

    public void Dispose() => _listener.Dispose();

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        => _measured.Enqueue(new(instrument, value, string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))));

    private sealed record Measured(Instrument Instrument, double Value, string Tags)
    {
        public override string ToString() => Repository.Invariant($"{Instrument.Name} {Tags} {Value}");
    }
}
