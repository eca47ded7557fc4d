using HirePanda.ApiKeys;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.Extensions.Hosting;

/// <summary>Creates the first key of a workspace.</summary>
public static class ApiKeyHostExtensions
{
    /// <summary>
    /// Creates the first key of a workspace, before or after the host has started. If the workspace has a key, even a revoked
    /// one, the call does nothing. Of any number of concurrent calls on any number of nodes, one creates the key.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="workspace">The workspace.</param>
    /// <param name="request">The properties of the key.</param>
    /// <param name="cancellationToken">Cancels the call before the key is stored.</param>
    /// <returns>The key with its secret, or null if the workspace has a key already.</returns>
    /// <exception cref="ArgumentException">The request asks for something that keys cannot be. The message names it.</exception>
    public static async Task<IssuedApiKey?> CreateFirstApiKeyAsync(
        this IHost host, string workspace, CreateApiKeyRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(host);
        await using var scope = host.Services.CreateAsyncScope();
        var manager = scope.ServiceProvider.GetRequiredService<ApiKeyManager>();
        return await manager.CreateFirstAsync(workspace, request, cancellationToken).ConfigureAwait(false);
    }
}
