namespace HirePanda.ApiKeys;

/// <content>Keys that the host itself makes: the first key of a workspace, and keys of another system.</content>
public sealed partial class ApiKeyManager
{
    /// <summary>
    /// The actor of what the host itself does, in the audit and in <see cref="ApiKey.CreatedBy"/>: <c>system</c>.
    /// </summary>
    public const string SystemActor = "system";

    /// <summary>
    /// Creates the first key of a workspace. If the workspace has a key, even a revoked one, the call does nothing. Of any number
    /// of concurrent calls on any number of nodes, one creates the key.
    /// </summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="request">The properties of the key.</param>
    /// <param name="cancellationToken">Cancels the call before the key is stored.</param>
    /// <returns>The key with its secret, or null if the workspace has a key already.</returns>
    /// <exception cref="ArgumentException">The request asks for something that keys cannot be. The message names it.</exception>
    public async Task<IssuedApiKey?> CreateFirstAsync(
        string workspace, CreateApiKeyRequest request, CancellationToken cancellationToken = default)
    {
        var issued = _issuer.Issue(workspace, request, SystemActor);
        var actor = new ApiKeyActor { Id = SystemActor, Workspace = workspace };
        var change = new ApiKeyChangeSet
        {
            Added = [issued.Key],
            RequireNoKeys = true,
            Audit = [AuditEntries.Key(actor, "key.create", issued.Key.CreatedAt, null, issued.Key)],
        };
        return await _changes.SaveAsync(change, cancellationToken).ConfigureAwait(false) switch
        {
            ApiKeySaveResult.Saved => issued,
            ApiKeySaveResult.WorkspaceNotEmpty => null,
            var result => throw new InvalidOperationException(
                $"The first key of workspace '{workspace}' could not be stored: {result}."),
        };
    }

    /// <summary>Stores a key for a secret that another system has issued. Callers go on using the secret.</summary>
    /// <param name="workspace">The workspace of the key.</param>
    /// <param name="request">The properties of the key.</param>
    /// <param name="secret">
    /// The secret. It must have the format of this library's secrets, or <see cref="ApiKeyOptions.IsLegacySecret"/> must accept
    /// it.
    /// </param>
    /// <param name="cancellationToken">Cancels the call before the key is stored.</param>
    public Task<ApiKeyResult<ApiKey>> ImportAsync(
        string workspace, CreateApiKeyRequest request, string secret, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(workspace);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrEmpty(secret);
        return ImportAsync(_issuer.TryImport(workspace, request, SystemActor, secret), cancellationToken);
    }

    /// <summary>Stores a key for a secret that another system has issued, given the hash of the secret.</summary>
    /// <param name="workspace">The workspace of the key.</param>
    /// <param name="request">The properties of the key.</param>
    /// <param name="hash">
    /// The hash of the secret: what <see cref="ApiKeyHasher"/> computes, or its SHA-256. With a pepper, a plain SHA-256 is found
    /// only if the options accept hashes without a pepper.
    /// </param>
    /// <param name="cancellationToken">Cancels the call before the key is stored.</param>
    public Task<ApiKeyResult<ApiKey>> ImportAsync(
        string workspace, CreateApiKeyRequest request, ApiKeyHash hash, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(workspace);
        ArgumentNullException.ThrowIfNull(request);
        return ImportAsync(_issuer.TryImport(workspace, request, SystemActor, hash, hint: ""), cancellationToken);
    }

    private async Task<ApiKeyResult<ApiKey>> ImportAsync(ApiKeyResult<ApiKey> imported, CancellationToken cancellationToken)
    {
        if (!imported.Succeeded)
        {
            return imported;
        }

        var key = imported.Value;
        var actor = new ApiKeyActor { Id = SystemActor, Workspace = key.Workspace };
        var change = new ApiKeyChangeSet
        {
            Added = [key],
            MaxActiveKeys = _settings.Current.Options.MaxActiveKeys,
            Audit = [AuditEntries.Key(actor, "key.import", key.CreatedAt, null, key)],
        };
        return await _changes.SaveAsync(actor, change, null, cancellationToken).ConfigureAwait(false) is { } failure
            ? failure
            : key;
    }
}
