namespace HirePanda.ApiKeys;

/// <summary>Reports how keys were used.</summary>
public sealed class ApiKeyUsageReporter
{
    /// <summary>The most points that the series of a report may have: 10,000.</summary>
    public const int MaxUsagePoints = 10_000;

    private readonly ManagementStores _stores;
    private readonly ApiKeyManager _keys;
    private readonly UsageFlusher _flusher;
    private readonly ApiKeySettings _settings;
    private readonly TimeProvider _time;

    internal ApiKeyUsageReporter(
        ManagementStores stores, ApiKeyManager keys, UsageFlusher flusher, ApiKeySettings settings, TimeProvider time)
        => (_stores, _keys, _flusher, _settings, _time) = (stores, keys, flusher, settings, time);

    /// <summary>Reports how the keys of the actor's workspace were used, up to this moment.</summary>
    /// <param name="actor">The actor.</param>
    /// <param name="options">What the report covers, or null for the last 24 hours of all keys.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ApiKeyResult<ApiKeyUsageReport>> GetAsync(
        ApiKeyActor actor, ApiKeyUsageReportOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        options ??= new ApiKeyUsageReportOptions();
        var now = _time.GetUtcNow();
        var end = (options.To ?? now).ToUniversalTime();
        var begin = options.From?.ToUniversalTime()
            ?? (end - DateTimeOffset.MinValue > _oneDay ? end - _oneDay : DateTimeOffset.MinValue);
        if (CheckRange(begin, end, options.Interval) is { } error)
        {
            return error;
        }

        if ((actor.OwnerId is not null || !MayHaveUsage(options.KeyId))
            && await FindUnknownKeyAsync(actor, options.KeyId, cancellationToken).ConfigureAwait(false) is { } unseen)
        {
            return unseen;
        }

        if (options.KeyId is null && actor.OwnerId is not null)
        {
            return ApiKeyFailure.OwnerBound;
        }

        // The report says what happened up to now. A store that cannot take the counts in time cannot be reported from.
        if (!await FlushUsageAsync(cancellationToken).ConfigureAwait(false))
        {
            return ApiKeyFailure.StoreUnavailable;
        }

        // The minute that is under way belongs to a report up to now.
        var until = options.To is null ? UsageTime.Ceiling(end + TimeSpan.FromTicks(1), ApiKeyUsageGranularity.Minute) : end;
        var reader = new UsageReader(
            _stores.Usage, _settings.Current.Options, actor.Workspace, options.KeyId ?? "", cancellationToken);
        var report = await reader.ReadAsync(begin, until, options.Interval, now).ConfigureAwait(false);
        if (report.Totals.Requests == 0
            && await FindUnknownKeyAsync(actor, options.KeyId, cancellationToken).ConfigureAwait(false) is { } unknown)
        {
            // An id that has requests and is not that of a key is the id of a client with an accepted credential.
            return unknown;
        }

        var byKey = await NamedAsync(actor.Workspace, report.ByKey, cancellationToken).ConfigureAwait(false);
        return report with { To = end, ByKey = byKey };
    }

    /// <summary>Determines whether an id can be that of a client. A store is not asked about others.</summary>
    private static bool MayHaveUsage(string? id) => id is null || (id.Length is > 0 and <= MaxIdLength && Characters.AreText(id));

    private async Task<ApiKeyFailure?> FindUnknownKeyAsync(
        ApiKeyActor actor, string? keyId, CancellationToken cancellationToken)
        => keyId is null ? null : (await _keys.GetAsync(actor, keyId, cancellationToken).ConfigureAwait(false)).Failure;

    /// <summary>How long a report waits until what this process has counted is stored.</summary>
    private static readonly TimeSpan _flushTime = TimeSpan.FromSeconds(5);

    private const int MaxIdLength = 200;

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
            return await Task.Run(() => _flusher.TryRunAsync(ends.Token), ends.Token)
                .WaitAsync(ends.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static ApiKeyFailure? CheckRange(DateTimeOffset from, DateTimeOffset to, ApiKeyUsageGranularity interval)
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
        else if ((UsageTime.Ceiling(to, interval) - UsageTime.Floor(from, interval)) / UsageTime.Length(interval)
            > MaxUsagePoints)
        {
            errors.Add("from", $"would give more than {MaxUsagePoints} points: choose a shorter range or a longer interval");
        }

        return errors.IsEmpty ? null : ApiKeyFailure.InvalidRequest(errors.Details);
    }

    private async Task<IReadOnlyList<ApiKeyUsageByKey>> NamedAsync(
        string workspace, IReadOnlyList<ApiKeyUsageByKey> keys, CancellationToken cancellationToken)
    {
        var names = await _stores.Keys.GetKeyNamesAsync(workspace, [.. keys.Select(key => key.KeyId)], cancellationToken)
            .ConfigureAwait(false);
        return [.. keys.Select(key => key with { Name = names.GetValueOrDefault(key.KeyId) })];
    }
}
