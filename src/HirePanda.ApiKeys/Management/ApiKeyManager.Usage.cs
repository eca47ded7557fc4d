using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys;

/// <content>Reports of usage.</content>
public sealed partial class ApiKeyManager
{
    /// <summary>The most points that the series of a report may have: 10,000.</summary>
    public const int MaxUsagePoints = 10_000;

    /// <summary>Reports how the keys of the actor's workspace were used, up to this moment.</summary>
    /// <param name="actor">Whose workspace.</param>
    /// <param name="from">Where the report begins, a minute that has begun included; null: 24 hours before <paramref name="to"/>.</param>
    /// <param name="to">Where it ends; null: now.</param>
    /// <param name="keyId">Only this key; null: all.</param>
    /// <param name="interval">The distance of the series' points: <see cref="ApiKeyUsageGranularity.Hour"/> or <see cref="ApiKeyUsageGranularity.Day"/>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ApiKeyResult<ApiKeyUsageReport>> GetUsageAsync(
        ApiKeyActor actor,
        DateTimeOffset? from = null,
        DateTimeOffset? to = null,
        string? keyId = null,
        ApiKeyUsageGranularity interval = ApiKeyUsageGranularity.Hour,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var now = _time.GetUtcNow();
        var end = (to ?? now).ToUniversalTime();
        var begin = from?.ToUniversalTime() ?? (end - DateTimeOffset.MinValue > _oneDay ? end - _oneDay : DateTimeOffset.MinValue);
        if (CheckRange(begin, end, interval) is { } error)
        {
            return error;
        }

        if (keyId is not null && (await GetAsync(actor, keyId, cancellationToken).ConfigureAwait(false)).Error is { } unknown)
        {
            return unknown;
        }

        if (keyId is null && actor.OwnerId is not null)
        {
            return DelegationRules.OwnerBound;
        }

        // The report says what happened up to now. A store that cannot take the counts in time cannot be reported from.
        if (!await FlushUsageAsync(cancellationToken).ConfigureAwait(false))
        {
            return ApiKeyError.StoreUnavailable;
        }

        var store = Store as IApiKeyUsageStore ?? throw new InvalidOperationException(
            "Reports of usage need a store that implements IApiKeyUsageStore: pass one to AddStore<T>(), or call AddInMemoryStore().");

        // The minute that is under way belongs to a report up to now.
        var until = to is null ? UsageTime.Ceiling(end + TimeSpan.FromTicks(1), ApiKeyUsageGranularity.Minute) : end;
        var reader = new UsageReader(store, _settings.Current.Options, actor.Workspace, keyId ?? "", cancellationToken);
        var report = await reader.ReadAsync(begin, until, interval, now).ConfigureAwait(false);
        return report with { To = end, ByKey = await NamedAsync(actor.Workspace, report.ByKey, cancellationToken).ConfigureAwait(false) };
    }

    /// <summary>How long a report waits until what this process has counted is stored.</summary>
    private static readonly TimeSpan _flushTime = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan _oneDay = TimeSpan.FromDays(1);

    /// <summary>
    /// Stores what this process has counted. What other processes have counted follows within their ten seconds.
    /// </summary>
    /// <returns>Whether it is stored.</returns>
    private async Task<bool> FlushUsageAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_flushTime, _time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            // Does not rely on the store to heed the token: a database's client may block.
            var flusher = _services.GetRequiredService<UsageFlusher>();
            return await Task.Run(() => flusher.TryRunAsync(ends.Token), ends.Token)
                .WaitAsync(ends.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static ApiKeyError? CheckRange(DateTimeOffset from, DateTimeOffset to, ApiKeyUsageGranularity interval)
    {
        var errors = new ErrorList();
        if (interval is not (ApiKeyUsageGranularity.Hour or ApiKeyUsageGranularity.Day))
        {
            errors.Add("interval", "must be hour or day");
        }
        else if (from > to)
        {
            errors.Add("from", "must not be after to");
        }
        else if ((UsageTime.Ceiling(to, interval) - UsageTime.Floor(from, interval)) / UsageTime.Length(interval) > MaxUsagePoints)
        {
            errors.Add("from", $"would give more than {MaxUsagePoints} points: choose a shorter range or a longer interval");
        }

        return errors.IsEmpty ? null : errors.ToError();
    }

    private async Task<IReadOnlyList<ApiKeyUsageByKey>> NamedAsync(string workspace, IReadOnlyList<ApiKeyUsageByKey> keys, CancellationToken cancellationToken)
    {
        var names = await Store.GetNamesAsync(workspace, [.. keys.Select(key => key.KeyId)], cancellationToken).ConfigureAwait(false);
        return [.. keys.Select(key => key with { Name = names.GetValueOrDefault(key.KeyId) })];
    }
}
