namespace HirePanda.ApiKeys;

/// <summary>
/// Evaluates which of the host's endpoints a key can call, by their policies. Whether the key is active, and which addresses may
/// use it, does not matter.
/// </summary>
public sealed class ApiKeyAccessEvaluator
{
    private readonly ApiKeyManager _keys;
    private readonly EndpointRules _rules;
    private readonly ApiKeySettings _settings;

    internal ApiKeyAccessEvaluator(ApiKeyManager keys, EndpointRules rules, ApiKeySettings settings)
        => (_keys, _rules, _settings) = (keys, rules, settings);

    /// <summary>Evaluates the endpoints for a key.</summary>
    /// <param name="actor">Whose workspace to look in. A key that the actor does not see is not found.</param>
    /// <param name="keyId">The id of the key.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>One row for each endpoint and method, ordered by path and then by method.</returns>
    public async Task<ApiKeyResult<IReadOnlyList<ApiKeyEndpointAccess>>> GetAsync(
        ApiKeyActor actor, string keyId, CancellationToken cancellationToken = default)
    {
        var key = await _keys.GetAsync(actor, keyId, cancellationToken).ConfigureAwait(false);
        if (!key.Succeeded)
        {
            return key.Failure;
        }

        var rules = new List<EndpointRule>();
        foreach (var (names, requirements) in _rules.Start())
        {
            Add(rules, names, await requirements.WaitAsync(cancellationToken).ConfigureAwait(false));
        }

        return ApiKeyResult<IReadOnlyList<ApiKeyEndpointAccess>>.Success(
            Evaluate(rules, key.Value.Tier, key.Value.Permissions));
    }

    /// <summary>Evaluates the endpoints for a key that does not exist yet.</summary>
    /// <param name="tier">The tier of the key, or null for none. An unknown tier grants nothing.</param>
    /// <param name="permissions">The permissions of the key. Unknown permissions grant nothing.</param>
    /// <returns>
    /// One row for each endpoint and method, ordered by path and then by method. An endpoint depends on the request if the
    /// host's policy provider does not have its policy at hand.
    /// </returns>
    public IReadOnlyList<ApiKeyEndpointAccess> Evaluate(string? tier, IReadOnlyList<string> permissions)
    {
        ArgumentNullException.ThrowIfNull(permissions);
        var rules = new List<EndpointRule>();
        foreach (var (names, requirements) in _rules.Start())
        {
#pragma warning disable RS0030 // The task has completed, so reading its result does not block.
            Add(rules, names, requirements.IsCompletedSuccessfully ? requirements.Result : EndpointRequirements.Unknown);
#pragma warning restore RS0030
        }

        return Evaluate(rules, tier, permissions);
    }

    private static void Add(List<EndpointRule> rules, IReadOnlyList<string> names, EndpointRequirements requirements)
        => rules.AddRange(names.Select(name => new EndpointRule(name, requirements.Access, requirements.Required)));

    private IReadOnlyList<ApiKeyEndpointAccess> Evaluate(
        List<EndpointRule> rules, string? tier, IReadOnlyList<string> permissions)
    {
        var catalog = _settings.Current.Catalog;
        return EndpointRule.Evaluate(rules, catalog, catalog.Grant(tier, permissions));
    }
}
