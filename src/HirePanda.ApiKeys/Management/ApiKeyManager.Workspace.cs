namespace HirePanda.ApiKeys;

/// <content>The workspace's IP allowlist and audit.</content>
public sealed partial class ApiKeyManager
{
    /// <summary>Gets the settings of the actor's workspace; those that were never changed have version 0.</summary>
    /// <param name="actor">Whose workspace.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ApiKeyWorkspace> GetWorkspaceAsync(ApiKeyActor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return await Store.GetWorkspaceAsync(actor.Workspace, cancellationToken).ConfigureAwait(false)
            ?? new ApiKeyWorkspace { Id = actor.Workspace, Version = 0 };
    }

    /// <summary>Sets the IP allowlist of the actor's workspace, which every key of it must pass besides its own.</summary>
    /// <param name="actor">Who sets it; a list that would lock its address out is refused.</param>
    /// <param name="enabled">Whether it is in force.</param>
    /// <param name="reportOnly">Whether it only reports whom it would refuse.</param>
    /// <param name="networks">Addresses and CIDR networks, at most 1,000; an enabled list that is empty admits nobody.</param>
    /// <param name="force">Whether the actor may lock itself out.</param>
    /// <param name="expectedVersions">The versions of which the actor saw one, any of which will do; empty: none will; null: whichever there is.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ApiKeyResult<ApiKeyWorkspace>> SetAllowlistAsync(
        ApiKeyActor actor,
        bool enabled,
        bool reportOnly,
        IReadOnlyList<string> networks,
        bool force = false,
        IReadOnlyCollection<long>? expectedVersions = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (actor.Workspace.Length == 0)
        {
            return ApiKeyError.NoWorkspace;
        }

        if (actor.OwnerId is not null)
        {
            return await RefuseAsync(actor, "allowlist.update", null, null, DelegationRules.OwnerBound).ConfigureAwait(false);
        }

        var now = Timestamps.Now(_time);
        var rules = new KeyRequestValidator(_settings.Current.Catalog, now);
        var before = await GetWorkspaceAsync(actor, cancellationToken).ConfigureAwait(false);
        var after = before with
        {
            AllowlistEnabled = enabled,
            AllowlistReportOnly = reportOnly,
            AllowedNetworks = rules.Networks(networks, "networks"),
            Version = before.Version + 1,
        };
        if (!rules.Errors.IsEmpty)
        {
            return rules.Errors.ToError();
        }

        if (expectedVersions?.Contains(before.Version) == false)
        {
            return ApiKeyError.PreconditionFailed;
        }

        if (!force && Allowlist.Compile(after) is { IsReportOnly: false } list && !list.Admits(actor.Address))
        {
            var refusal = ApiKeyError.Conflict("This allowlist would lock you out: your own address is not on it. Add it, or repeat the call with force=true");
            return await RefuseAsync(AuditEntries.Allowlist(actor, "allowlist.update.refused", now, before, after), refusal).ConfigureAwait(false);
        }

        var change = new ApiKeyChangeSet
        {
            Workspace = after,
            Audit = [AuditEntries.Allowlist(actor, "allowlist.update", now, before, after)],
        };
        return await SaveAsync(actor, change, expectedVersions, cancellationToken).ConfigureAwait(false) is { } error ? error : after;
    }

    /// <summary>Lists the audit of the actor's workspace, newest first.</summary>
    /// <param name="actor">Whose workspace.</param>
    /// <param name="cursor">The last page's cursor; null: from the start.</param>
    /// <param name="limit">How many at most, 1 to 200.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ApiKeyResult<ApiKeyAuditPage>> ListAuditAsync(
        ApiKeyActor actor, string? cursor = null, int limit = 50, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return actor.OwnerId is not null ? DelegationRules.OwnerBound : await PageAsync(
            cursor,
            limit,
            after => Store.ListAuditAsync(actor.Workspace, after, limit + 1, cancellationToken),
            one => (one.At, one.Id),
            (items, next) => new ApiKeyAuditPage(items, next)).ConfigureAwait(false);
    }

    /// <summary>Reads a page of whatever is listed by time and id, and one item more, which tells whether another page follows.</summary>
    private async Task<ApiKeyResult<TPage>> PageAsync<T, TPage>(
        string? cursor,
        int limit,
        Func<ApiKeyPageToken?, ValueTask<IReadOnlyList<T>>> read,
        Func<T, (DateTimeOffset At, string Id)> position,
        Func<IReadOnlyList<T>, string?, TPage> page)
        where TPage : class
    {
        var rules = new KeyRequestValidator(_settings.Current.Catalog, Timestamps.Now(_time));
        var after = rules.Page(cursor, limit);
        if (!rules.Errors.IsEmpty)
        {
            return rules.Errors.ToError();
        }

        var items = await read(after).ConfigureAwait(false);
        if (items.Count <= limit)
        {
            return page(items, null);
        }

        var (at, id) = position(items[limit - 1]);
        return page([.. items.Take(limit)], PageCursor.Write(at, id));
    }
}

/// <summary>A page of the audit.</summary>
/// <param name="Items">The entries, newest first.</param>
/// <param name="NextCursor">Where the next page begins; null: this is the last.</param>
public sealed record ApiKeyAuditPage(IReadOnlyList<ApiKeyAuditEntry> Items, string? NextCursor);
