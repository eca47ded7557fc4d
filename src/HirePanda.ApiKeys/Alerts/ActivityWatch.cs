using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Finds what is unusual for a key: far more requests in an hour than in any of its last seven days, and requests from a country that it
/// has never been used from. Looks at keys that were just used, and at what all processes have stored of them.
/// </summary>
internal sealed class ActivityWatch : BackgroundJob
{
    /// <summary>Fewer requests in an hour are never unusual.</summary>
    private const long MinRequests = 100;

    /// <summary>How many uses from countries wait to be looked at, also while the store cannot be read.</summary>
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
        UsageFlusher flusher, AlertRaiser raiser, IServiceScopeFactory scopes, ApiKeySettings settings, TimeProvider time, ILogger<ActivityWatch> logger)
        : base(TimeSpan.FromMinutes(1), time, logger)
    {
        (_raiser, _scopes, _settings) = (raiser, scopes, settings);
        flusher.Stored += Note;
    }

    protected override string FailureMessage => "The activity of API keys could not be checked for what is unusual; it is tried again in a minute.";

    /// <summary>Notes whom to look at.</summary>
    public void Note(ApiKeyUsageBatch batch)
    {
        lock (_lock)
        {
            foreach (var row in batch.Rows)
            {
                var slot = row.Slot;
                if (slot.Level != ApiKeyUsageGranularity.Day || slot.KeyId.Length == 0)
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

    /// <summary>Looks at what was used since the last time, and at what could not be looked at then.</summary>
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
        if (scope.ServiceProvider.GetService<IApiKeyStore>() is not IApiKeyUsageStore store)
        {
            return;
        }

        try
        {
            await LookAtAsync(used, workspace => LookForBurstsAsync(store, workspace, cancellationToken)).ConfigureAwait(false);
            await LookAtAsync(seen, one => LookForCountryAsync(store, one, cancellationToken)).ConfigureAwait(false);
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

    /// <summary>Looks at each, and takes out those that are done with.</summary>
    private static async Task LookAtAsync<T>(HashSet<T> all, Func<T, Task<bool>> look)
    {
        foreach (var one in all.ToArray())
        {
            if (await look(one).ConfigureAwait(false))
            {
                all.Remove(one);
            }
        }
    }

    /// <summary>The hour that is under way and the one before, whose last requests may just have been stored.</summary>
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
            Level = ApiKeyUsageGranularity.Hour,
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
                    string.Create(CultureInfo.InvariantCulture, $"The API key {sum.Name} made {sum.Requests} requests in one hour; its busiest hour of the last 7 days had {baseline.Busiest}"),
                    JsonSerializer.SerializeToElement(
                        new TrafficData(sum.Requests, baseline.Busiest, baseline.BusiestAtThisTime), AlertJson.Contract.TrafficData),
                    cancellationToken).ConfigureAwait(false);
            }
        }

        return isDone;
    }

    private async Task<bool> LookForCountryAsync(
        IApiKeyUsageStore store, (string Workspace, string KeyId, string Country, DateTimeOffset Day) seen, CancellationToken cancellationToken)
    {
        var (workspace, keyId, country, day) = seen;
        var query = new ApiKeyUsageQuery
        {
            Workspace = workspace,
            KeyId = keyId,
            Level = ApiKeyUsageGranularity.Day,
            Dimension = ApiKeyUsageDimension.Country,
            From = day - _countryMemory,
            To = day,
            ByTime = true,
        };
        var before = (await store.SumUsageAsync(query, cancellationToken).ConfigureAwait(false)).Where(sum => sum.Name != KeyCountries.Unknown).ToList();
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
    /// <param name="UsedFor">Since when it was used in them.</param>
    /// <param name="Busiest">The requests of its busiest hour.</param>
    /// <param name="BusiestAtThisTime">The same, of the hours at this time of the day, one earlier and one later.</param>
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
                Level = ApiKeyUsageGranularity.Hour,
                Dimension = ApiKeyUsageDimension.Status,
                From = hour - _length,
                To = hour,
                ByTime = true,
            };
            var hours = (await store.SumUsageAsync(query, cancellationToken).ConfigureAwait(false))
                .GroupBy(sum => sum.At).Select(group => (At: group.Key, Requests: group.Sum(sum => sum.Requests))).ToList();
            return new Baseline(
                hours.Count == 0 ? TimeSpan.Zero : hour - hours.Min(one => one.At),
                hours.Select(one => one.Requests).DefaultIfEmpty().Max(),
                hours.Where(one => (hour - one.At).Hours is 0 or 1 or 23).Select(one => one.Requests).DefaultIfEmpty().Max());
        }

        /// <summary>Far more than in the busiest hour; or, when the key is usually quiet, as much as in a busy one.</summary>
        public bool IsExceededBy(long requests) => requests > 2.5 * Busiest || (requests > 0.5 * Busiest && requests > 5 * BusiestAtThisTime);
    }
}
