namespace HirePanda.ApiKeys;

/// <summary>Records attempts that are refused, as far as <see cref="RefusalBudget"/> allows.</summary>
internal sealed class RefusalAudit(ManagementStores stores, RefusalBudget budget, TimeProvider time)
{
    /// <summary>Records an attempt that was refused, and returns the refusal.</summary>
    public Task<ApiKeyFailure> RefuseAsync(ApiKeyActor actor, string action, ApiKey? before, ApiKey? after, ApiKeyFailure refusal)
        => RefuseAsync(
            AuditEntries.Key(actor, action + ".refused", Timestamps.Now(time), before, after) with { KeyId = before?.Id },
            refusal);

    /// <summary>Records an attempt on what concerns the whole workspace by an actor that is bound to an owner.</summary>
    public Task<ApiKeyFailure> RefuseBoundAsync(ApiKeyActor actor, string action)
        => RefuseAsync(actor, action, null, null, ApiKeyFailure.OwnerBound);

    /// <summary>Records an attempt on a key that the actor does not see.</summary>
    public Task<ApiKeyFailure> RefuseAsync(ApiKeyActor actor, string action, string id)
        => RefuseAsync(
            AuditEntries.New(actor, action + ".refused", Timestamps.Now(time), AuditEntries.Id(id)), ApiKeyFailure.NoKey);

    /// <summary>Records an attempt that the policy of an endpoint refused.</summary>
    public Task RecordAsync(ApiKeyActor actor, string action, string? keyId)
        => StoreAsync(
            AuditEntries.New(actor, action + ".refused", Timestamps.Now(time), keyId is null ? null : AuditEntries.Id(keyId)));

    /// <summary>Records an entry, and returns the refusal.</summary>
    public async Task<ApiKeyFailure> RefuseAsync(ApiKeyAuditEntry entry, ApiKeyFailure refusal)
    {
        await StoreAsync(entry).ConfigureAwait(false);
        return refusal;
    }

    /// <summary>Records an attempt even if the caller has disconnected, so that nobody can hide an attempt that way.</summary>
    private async Task StoreAsync(ApiKeyAuditEntry entry)
    {
        if (budget.TryTake(entry))
        {
            await stores.Keys.SaveAsync(new ApiKeyChangeSet { Audit = [entry] }, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
