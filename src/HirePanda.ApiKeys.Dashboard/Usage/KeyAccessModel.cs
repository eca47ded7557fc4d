using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>What a key can call, and which of its permissions it has used.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class KeyAccessModel
{
    internal KeyAccessModel(ApiKey key, IReadOnlyList<ApiKeyEndpointAccess> access, PermissionUse use)
        => (Key, Access, Use) = (key, access, use);

    /// <summary>Gets the key.</summary>
    public ApiKey Key { get; }

    /// <summary>Gets the endpoints of the host, with what the key can do there.</summary>
    public IReadOnlyList<ApiKeyEndpointAccess> Access { get; }

    internal PermissionUse Use { get; }
}
