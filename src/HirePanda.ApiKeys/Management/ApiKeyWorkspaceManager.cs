namespace HirePanda.ApiKeys;

/// <summary>Manages what concerns a whole workspace: its IP allowlist and its audit.</summary>
public sealed partial class ApiKeyWorkspaceManager
{
    private readonly ManagementStores _stores;
    private readonly ApiKeyManager _keys;
    private readonly ChangeWriter _changes;
    private readonly RefusalAudit _refusals;
    private readonly ApiKeySettings _settings;
    private readonly TimeProvider _time;

    internal ApiKeyWorkspaceManager(
        ManagementStores stores,
        ApiKeyManager keys,
        ChangeWriter changes,
        RefusalAudit refusals,
        ApiKeySettings settings,
        TimeProvider time)
        => (_stores, _keys, _changes, _refusals, _settings, _time) = (stores, keys, changes, refusals, settings, time);

    /// <summary>Gets the settings of the actor's workspace. Settings that were never changed have version 0.</summary>
    /// <param name="actor">The actor that asks.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The settings, or a failure if the actor does not belong to a workspace.</returns>
    public async Task<ApiKeyResult<ApiKeyWorkspace>> GetWorkspaceAsync(
        ApiKeyActor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return actor.Workspace.Length == 0
            ? ApiKeyFailure.NoWorkspace
            : await ReadAsync(actor, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Sets the IP allowlist of the actor's workspace. Every key of the workspace must pass this list in addition to its own.
    /// </summary>
    /// <param name="actor">The actor. A list that would lock out its address is refused.</param>
    /// <param name="request">The new list.</param>
    /// <param name="expectedVersion">The version that the settings must have, or null for any version.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<ApiKeyResult<ApiKeyWorkspace>> SetAllowlistAsync(
        ApiKeyActor actor,
        SetAllowlistRequest request,
        long? expectedVersion = null,
        CancellationToken cancellationToken = default)
        => SetAllowlistAsync(actor, request, expectedVersion is { } version ? [version] : null, cancellationToken);

    /// <inheritdoc cref="SetAllowlistAsync(ApiKeyActor, SetAllowlistRequest, long?, CancellationToken)"/>
    /// <param name="actor">The actor.</param>
    /// <param name="request">The new list.</param>
    /// <param name="expectedVersions">The versions that the settings may have, or null for any version.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    internal async Task<ApiKeyResult<ApiKeyWorkspace>> SetAllowlistAsync(
        ApiKeyActor actor,
        SetAllowlistRequest request,
        IReadOnlyCollection<long>? expectedVersions,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(actor);
        if (actor.Workspace.Length == 0)
        {
            return ApiKeyFailure.NoWorkspace;
        }

        if (actor.OwnerId is not null)
        {
            return await _refusals.RefuseBoundAsync(actor, "allowlist.update").ConfigureAwait(false);
        }

        var now = Timestamps.Now(_time);
        var rules = new KeyRequestValidator(_settings.Current.Catalog, now);
        var before = await ReadAsync(actor, cancellationToken).ConfigureAwait(false);
        var after = before with
        {
            IsAllowlistEnabled = request.IsEnabled,
            IsAllowlistReportOnly = request.IsReportOnly,
            AllowedNetworks = rules.Networks(request.Networks, "networks"),
            Version = before.Version + 1,
        };
        if (!rules.Errors.IsEmpty)
        {
            return rules.Failure;
        }

        if (expectedVersions?.Contains(before.Version) == false)
        {
            return ApiKeyFailure.PreconditionFailed;
        }

        if (!request.Force && Allowlist.Compile(after) is { IsReportOnly: false } list && !list.Admits(actor.Address))
        {
            var refusal = ApiKeyFailure.Conflict(
                "This allowlist would lock you out: your own address is not on it. Add it, or repeat the call with force=true");
            return await _refusals.RefuseAsync(
                AuditEntries.Allowlist(actor, "allowlist.update.refused", now, before, after), refusal).ConfigureAwait(false);
        }

        var change = new ApiKeyChangeSet
        {
            Workspace = after,
            Audit = [AuditEntries.Allowlist(actor, "allowlist.update", now, before, after)],
        };
        return await _changes.SaveAsync(actor, change, expectedVersions, cancellationToken).ConfigureAwait(false) is { } failure
            ? failure
            : after;
    }

    /// <summary>Lists the audit of the actor's workspace, newest first.</summary>
    /// <param name="actor">The actor.</param>
    /// <param name="options">The entries and the page to list, or null for the first page of all entries.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<ApiKeyResult<ApiKeyPage<ApiKeyAuditEntry>>> ListAuditAsync(
        ApiKeyActor actor, ApiKeyAuditListOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new ApiKeyAuditListOptions();
        var rules = new KeyRequestValidator(_settings.Current.Catalog, Timestamps.Now(_time));
        rules.Range(options.From, options.To);
        var (keyId, action) = (rules.Filter("keyId", options.KeyId), rules.Filter("action", options.Action));
        var by = rules.Filter("actor", options.Actor);
        return PageReader.ReadWorkspaceAsync(
            actor,
            options,
            rules,
            (after, limit) => _stores.Keys.ListAuditAsync(
                new ApiKeyAuditQuery
                {
                    Workspace = actor.Workspace,
                    KeyId = keyId,
                    Action = action,
                    Actor = by,
                    From = options.From,
                    To = options.To,
                    After = after,
                    Limit = limit,
                },
                cancellationToken),
            entry => (entry.At, entry.Id));
    }

    private async Task<ApiKeyWorkspace> ReadAsync(ApiKeyActor actor, CancellationToken cancellationToken)
        => await _stores.Keys.GetWorkspaceAsync(actor.Workspace, cancellationToken).ConfigureAwait(false)
            ?? new ApiKeyWorkspace { Id = actor.Workspace, Version = 0 };
}
