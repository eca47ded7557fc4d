namespace HirePanda.ApiKeys;

/// <summary>Describes whether a key can call an endpoint of the host.</summary>
public sealed class ApiKeyEndpointAccess
{
    /// <summary>
    /// Gets the method and the route pattern, as in usage reports, such as <c>GET /api/v1/jobs/{id}</c>. The method is <c>*</c>
    /// if the endpoint takes any method.
    /// </summary>
    public required string Endpoint { get; init; }

    /// <summary>Gets the access that the key has.</summary>
    public required ApiKeyAccess Access { get; init; }

    /// <summary>
    /// Gets the permissions and tiers that the endpoint requires and the key lacks. If <see cref="Access"/> is
    /// <see cref="ApiKeyAccess.DependsOnRequest"/>, the key must also meet requirements that are not listed.
    /// </summary>
    public required IReadOnlyList<string> Missing { get; init; }
}

/// <summary>Specifies whether a key can call an endpoint.</summary>
public enum ApiKeyAccess
{
    /// <summary>The policy of the endpoint admits the key.</summary>
    Allowed,

    /// <summary>The key lacks a permission or tier.</summary>
    MissingPermission,

    /// <summary>The endpoint is open to anyone.</summary>
    Anonymous,

    /// <summary>The policy of the endpoint does not accept API keys.</summary>
    NotWithApiKeys,

    /// <summary>
    /// The policy has a requirement that only a request can decide, such as a role or an assertion, or the request decides which
    /// scheme or endpoint applies.
    /// </summary>
    DependsOnRequest,
}
