using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys;

/// <content>Attempts that are refused, and recorded as far as <see cref="RefusalBudget"/> allows.</content>
public sealed partial class ApiKeyManager
{
    /// <summary>Records an attempt that was refused, and returns the refusal.</summary>
    private Task<ApiKeyError> RefuseAsync(ApiKeyActor actor, string action, ApiKey? before, ApiKey? after, ApiKeyError refusal)
        => RefuseAsync(
            AuditEntries.Key(actor, action + ".refused", Timestamps.Now(_time), before, after) with { KeyId = before?.Id }, refusal);

    /// <summary>Records an attempt on a key that the workspace does not have.</summary>
    private Task<ApiKeyError> RefuseAsync(ApiKeyActor actor, string action, string id)
        => RefuseAsync(AuditEntries.New(actor, action + ".refused", Timestamps.Now(_time), AuditEntries.Id(id)), ApiKeyError.NotFound);

    /// <summary>Records an attempt that the policy of an endpoint refused.</summary>
    internal Task AuditRefusalAsync(ApiKeyActor actor, string action, string? keyId)
        => StoreRefusalAsync(
            AuditEntries.New(actor, action + ".refused", Timestamps.Now(_time), keyId is null ? null : AuditEntries.Id(keyId)));

    private async Task<ApiKeyError> RefuseAsync(ApiKeyAuditEntry entry, ApiKeyError refusal)
    {
        await StoreRefusalAsync(entry).ConfigureAwait(false);
        return refusal;
    }

    /// <summary>Records an attempt also if the caller has hung up: nobody hides one that way.</summary>
    private async Task StoreRefusalAsync(ApiKeyAuditEntry entry)
    {
        if (_services.GetRequiredService<RefusalBudget>().TryTake(entry))
        {
            await Store.SaveAsync(new ApiKeyChangeSet { Audit = [entry] }, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
