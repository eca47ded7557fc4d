namespace HirePanda.ApiKeys;

/// <content>Finding a key by its secret.</content>
public sealed partial class ApiKeyManager
{
    private const string FindAction = "key.find";

    /// <summary>
    /// Finds the key that a secret belongs to, whatever its status, for example after the secret has leaked. The attempt is
    /// recorded in the audit log. The secret is recorded nowhere.
    /// </summary>
    /// <param name="actor">Whose workspace to look in. A key that the actor does not see is not found.</param>
    /// <param name="secret">The whole secret, as callers send it.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ApiKeyResult<ApiKey>> FindBySecretAsync(
        ApiKeyActor actor, string secret, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(secret);
        var hashes = Hash(secret);
        var found = hashes.Length == 0
            ? null
            : await _stores.Hashes.FindByHashAsync(hashes, cancellationToken).ConfigureAwait(false);
        var now = Timestamps.Now(_time);
        if (found is null || found.Workspace != actor.Workspace || !actor.Sees(found))
        {
            return await _refusals.RefuseAsync(
                AuditEntries.New(actor, FindAction + ".refused", now, keyId: null), ApiKeyFailure.NoKey).ConfigureAwait(false);
        }

        _changes.ForgetBlocked([found]);
        var change = new ApiKeyChangeSet { Audit = [AuditEntries.New(actor, FindAction, now, found.Id)] };
        return await _changes.SaveAsync(actor, change, null, cancellationToken).ConfigureAwait(false) is { } failure
            ? failure
            : found;
    }

    /// <summary>Computes all hashes that the key of a secret can have. There are none if no key can have the secret.</summary>
    private ApiKeyHash[] Hash(string secret)
    {
        var settings = _settings.Current;
        var bytes = ApiKeyVerifier.Read(settings, secret, stackalloc byte[SecretFormat.MaxLength]);
        var hashes = new ApiKeyHash[bytes.IsEmpty ? 0 : settings.Hasher.Variants];
        for (var variant = 0; variant < hashes.Length; variant++)
        {
            hashes[variant] = settings.Hasher.Hash(bytes, variant);
        }

        return hashes;
    }
}
