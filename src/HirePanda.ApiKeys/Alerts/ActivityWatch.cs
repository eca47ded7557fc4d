using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Finds unusual activity of a key: far more requests in an hour than in any hour of the last seven days, and requests from a
/// country that is new to the key. It checks the keys that were just used, with the usage that all processes have stored.
/// </summary>
internal sealed class ActivityWatch : BackgroundJob
{
    /// <summary>The number of requests in an hour below which activity is never unusual.</summary>
    private const long MinRequests = 100;

    /// <summary>The largest number of countries that wait to be checked, also while the store does not answer.</summary>
    private const int MaxSeen = 100_000;

    private static readonly TimeSpan _countryMemory = TimeSpan.FromDays(90);

    private readonly AlertRaiser _raiser;
    private readonly IServiceScopeFactory _scopes;
    private readonly ApiKeySettings _settings;
    private readonly Lock _lock = new();
    private readonly KeyCountries _countries = new();
    private HashSet<string> _used = new(StringComparer.Ordinal);
    private HashSet<(string Workspace, string KeyId, string Country, DateTimeOffset Day)> _seen = [];
    private Dictionary<(string KeyId, DateTimeOffset Hour), Baseline> _baselines = [];
    private DateTimeOffset _hour;

    public ActivityWatch(
        UsageFlusher flusher,
        AlertRaiser raiser,
        IServiceScopeFactory scopes,
        ApiKeySettings settings,
        TimeProvider time,
        ILogger<ActivityWatch> logger)
        : base(TimeSpan.FromMinutes(1), time, logger)
    {
        (_raiser, _scopes, _settings) = (raiser, scopes, settings);
        flusher.Stored += Note;
    }

    protected override string FailureMessage => "The activity of API keys could not be checked. This is tried again in a minute.";

    /// <summary>Notes what to check.</summary>
    public void Note(ApiKeyUsageBatch batch)
    {
        lock (_lock)
        {
            foreach (var row in batch.Rows)
            {
                var slot = row.Slot;
                if (slot.Granularity != ApiKeyUsageGranularity.Day || slot.KeyId.Length == 0)
                {
                    continue;
                }

                _used.Add(slot.Workspace);
                if (slot.Dimension == ApiKeyUsageDimension.Country && _seen.Count < MaxSeen
                    && !_countries.Knows(slot.Workspace, slot.KeyId, slot.Name))
                {
                    _seen.Add((slot.Workspace, slot.KeyId, slot.Name, slot.At));
                }
            }
        }
    }

    /// <summary>Checks what was used since the last run, and what could not be checked then.</summary>
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        HashSet<string> used;
        HashSet<(string, string, string, DateTimeOffset)> seen;
        lock (_lock)
        {
            (used, _used) = (_used, new(StringComparer.Ordinal));
            (seen, _seen) = (_seen, []);
        }

        await using var scope = _scopes.CreateAsyncScope();
        if (scope.ServiceProvider.GetService<IApiKeyUsageStore>() is not { } store)
        {
            return;
        }

        try
        {
            await LookAtAsync(used, workspace => LookForBurstsAsync(store, workspace, cancellationToken)).ConfigureAwait(false);
            await LookAtAsync(seen, country => LookForCountryAsync(store, country, cancellationToken)).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                _used.UnionWith(used);
                _seen.UnionWith(seen);
            }
        }
    }

    /// <summary>Checks each item, and removes those that are done.</summary>
    private static async Task LookAtAsync<T>(HashSet<T> all, Func<T, Task<bool>> look)
    {
        foreach (var item in all.ToArray())
        {
            if (await look(item).ConfigureAwait(false))
            {
                all.Remove(item);
            }
        }
    }

    /// <summary>Checks the current hour and the hour before, whose last requests may just have been stored.</summary>
    private async Task<bool> LookForBurstsAsync(IApiKeyUsageStore store, string workspace, CancellationToken cancellationToken)
    {
        var hour = UsageTime.Floor(Time.GetUtcNow(), ApiKeyUsageGranularity.Hour);
        if (hour != _hour)
        {
            (_hour, _baselines) = (hour, []);
        }

        var query = new ApiKeyUsageQuery
        {
            Workspace = workspace,
            Granularity = ApiKeyUsageGranularity.Hour,
            Dimension = ApiKeyUsageDimension.Key,
            From = hour.AddHours(-1),
            To = hour.AddHours(1),
            ByTime = true,
        };
        var isDone = true;
        foreach (var sum in await store.SumUsageAsync(query, cancellationToken).ConfigureAwait(false))
        {
            if (sum.Requests < MinRequests)
            {
                continue;
            }

            if (!_baselines.TryGetValue((sum.Name, sum.At), out var baseline))
            {
                baseline = await Baseline.ReadAsync(store, workspace, sum.Name, sum.At, cancellationToken).ConfigureAwait(false);
                _baselines.Add((sum.Name, sum.At), baseline);
            }

            if (baseline.UsedFor >= _settings.Current.Options.Alerts.UnusualActivityWarmUp && baseline.IsExceededBy(sum.Requests))
            {
                isDone &= await _raiser.SettleAsync(
                    workspace,
                    ApiKeyAlertKinds.UnusualActivity,
                    $"{ApiKeyAlertKinds.UnusualActivity}:{sum.Name}:traffic:{sum.At.UtcDateTime:yyyy-MM-dd}",
                    sum.Name,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The API key {sum.Name} made {sum.Requests} requests in one hour; "
                        + $"its busiest hour of the last 7 days had {baseline.Busiest}"),
                    JsonSerializer.SerializeToElement(
                        new TrafficData(sum.Requests, baseline.Busiest, baseline.BusiestAtThisTime),
                        AlertJson.Contract.TrafficData),
                    cancellationToken).ConfigureAwait(false);
            }
        }

        return isDone;
    }

    private async Task<bool> LookForCountryAsync(
        IApiKeyUsageStore store,
        (string Workspace, string KeyId, string Country, DateTimeOffset Day) seen,
        CancellationToken cancellationToken)
    {
        var (workspace, keyId, country, day) = seen;
        var query = new ApiKeyUsageQuery
        {
            Workspace = workspace,
            KeyId = keyId,
            Granularity = ApiKeyUsageGranularity.Day,
            Dimension = ApiKeyUsageDimension.Country,
            From = day - _countryMemory,
            To = day,
            ByTime = true,
        };
        var before = (await store.SumUsageAsync(query, cancellationToken).ConfigureAwait(false))
            .Where(sum => sum.Name != KeyCountries.Unknown).ToList();
        var isDone = true;
        if (country != KeyCountries.Unknown && before.Count > 0 && !before.Exists(sum => sum.Name == country)
            && day - before.Min(sum => sum.At) >= _settings.Current.Options.Alerts.UnusualActivityWarmUp)
        {
            isDone = await _raiser.SettleAsync(
                workspace,
                ApiKeyAlertKinds.UnusualActivity,
                $"{ApiKeyAlertKinds.UnusualActivity}:{keyId}:country:{country}",
                keyId,
                $"The API key {keyId} was used from a country for the first time: {country}",
                JsonSerializer.SerializeToElement(new CountryData(country), AlertJson.Contract.CountryData),
                cancellationToken).ConfigureAwait(false);
        }

        if (isDone)
        {
            lock (_lock)
            {
                _countries.Learn(workspace, keyId, before.Select(sum => sum.Name).Append(country));
            }
        }

        return isDone;
    }

    /// <summary>How a key was used in the seven days before an hour.</summary>
    /// <param name="UsedFor">The time since its first use in them.</param>
    /// <param name="Busiest">The number of requests in the busiest hour.</param>
    /// <param name="BusiestAtThisTime">The same for hours at this time of the day, plus or minus one hour.</param>
    internal sealed record Baseline(TimeSpan UsedFor, long Busiest, long BusiestAtThisTime)
    {
        private static readonly TimeSpan _length = TimeSpan.FromDays(7);

        public static async Task<Baseline> ReadAsync(
            IApiKeyUsageStore store, string workspace, string keyId, DateTimeOffset hour, CancellationToken cancellationToken)
        {
            var query = new ApiKeyUsageQuery
            {
                Workspace = workspace,
                KeyId = keyId,
                Granularity = ApiKeyUsageGranularity.Hour,
                Dimension = ApiKeyUsageDimension.Status,
                From = hour - _length,
                To = hour,
                ByTime = true,
            };
            var hours = (await store.SumUsageAsync(query, cancellationToken).ConfigureAwait(false))
                .GroupBy(sum => sum.At).Select(group => (At: group.Key, Requests: group.Sum(sum => sum.Requests))).ToList();
            return new Baseline(
                hours.Count == 0 ? TimeSpan.Zero : hour - hours.Min(past => past.At),
                hours.Select(past => past.Requests).DefaultIfEmpty().Max(),
                hours.Where(past => (hour - past.At).Hours is 0 or 1 or 23).Select(past => past.Requests).DefaultIfEmpty().Max());
        }

        /// <summary>
        /// Determines whether an hour had far more requests than the busiest hour, or as many as a busy hour at a quiet time.
        /// </summary>
        public bool IsExceededBy(long requests)
            => requests > 2.5 * Busiest || (requests > 0.5 * Busiest && requests > 5 * BusiestAtThisTime);
    }
}
