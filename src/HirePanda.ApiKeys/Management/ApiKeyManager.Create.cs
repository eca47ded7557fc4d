namespace HirePanda.ApiKeys;

/// <content>Creation.</content>
public sealed partial class ApiKeyManager
{
    /// <summary>Creates a key. Its secret is in the result and nowhere else.</summary>
    /// <param name="actor">The actor. The key cannot hold what the actor lacks.</param>
    /// <param name="request">The properties of the key.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>
    /// The key with its secret, or a failure. If <see cref="CreateApiKeyRequest.IdempotencyKey"/> was used before, the failure is
    /// a conflict and has the id of that key in <see cref="ApiKeyFailure.KeyId"/>.
    /// </returns>
    public async Task<ApiKeyResult<IssuedApiKey>> CreateAsync(
        ApiKeyActor actor, CreateApiKeyRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(request);
        if (actor.Workspace.Length == 0)
        {
            return ApiKeyFailure.NoWorkspace;
        }

        var issued = _issuer.TryIssue(actor.Workspace, request with { OwnerId = request.OwnerId ?? actor.OwnerId }, actor.Id);
        if (!issued.Succeeded)
        {
            return issued;
        }

        var bound = Bind(actor, issued.Value);
        var key = bound.Key;
        if (DelegationRules.Refusal(_settings.Current, actor, null, key) is { } refusal)
        {
            return await _refusals.RefuseAsync(actor, "key.create", null, key with { Id = "" }, refusal).ConfigureAwait(false);
        }

        var change = new ApiKeyChangeSet
        {
            Added = [key],
            MaxActiveKeys = _settings.Current.Options.MaxActiveKeys,
            Audit = [AuditEntries.Key(actor, "key.create", key.CreatedAt, null, key)],
        };
        var known = request.IdempotencyKey is null ? null : ApiKeyFailure.AlreadyCreated(key.Id);
        return await _changes.SaveAsync(actor, change, null, cancellationToken, known).ConfigureAwait(false) is { } failure
            ? failure
            : bound;
    }
}
