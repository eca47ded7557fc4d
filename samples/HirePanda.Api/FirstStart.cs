using HirePanda.ApiKeys;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace HirePanda.Api;

/// <summary>On a start with an empty store, makes an admin key and prints its secret, once, with a call to copy.</summary>
internal sealed class FirstStart(IServiceScopeFactory scopes, ApiKeyIssuer issuer, TimeProvider time, IServer server, IConfiguration configuration) : IHostedLifecycleService
{
    public const string Workspace = "hirepanda";
    public const string SecondWorkspace = "second";

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var store = (IApiKeyManagementStore)scope.ServiceProvider.GetRequiredService<IApiKeyStore>();
        if (await TryCreateAdminAsync(store, Workspace, cancellationToken) is not { } secret)
        {
            return;
        }

        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://localhost:5080";
        Console.WriteLine("First start: this admin secret is shown once. Keep it, then try the call.");
        Console.WriteLine($"export HIREPANDA_API_KEY={secret}");
        Console.WriteLine($"curl -H \"Authorization: Bearer $HIREPANDA_API_KEY\" {Reachable(address)}/api/v1/jobs");

        if (configuration.GetValue<bool>("Sample:SecondWorkspace")
            && await TryCreateAdminAsync(store, SecondWorkspace, cancellationToken) is { } second)
        {
            Console.WriteLine($"The second workspace's admin secret, shown once: {second}");
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Makes the workspace together with its first key, in one change: of several nodes that start at once, one does.</summary>
    private async Task<string?> TryCreateAdminAsync(IApiKeyManagementStore store, string workspace, CancellationToken cancellationToken)
    {
        var anyKey = new ApiKeyQuery { Workspace = workspace, Limit = 1, Now = time.GetUtcNow() };
        if (await store.GetWorkspaceAsync(workspace, cancellationToken) is not null || (await store.ListAsync(anyKey, cancellationToken)).Count > 0)
        {
            return null;
        }

        var (key, secret) = issuer.Issue(workspace, new CreateApiKeyRequest { Name = "Admin", Type = ApiKeyTypes.Production }, createdBy: "first-start");
        var entry = new ApiKeyAuditEntry
        {
            Id = $"evt_{key.Id}",
            Workspace = workspace,
            At = key.CreatedAt,
            Actor = "first-start",
            Action = "key.create",
            KeyId = key.Id,
        };
        var change = new ApiKeyChangeSet { Added = [key], Workspace = new ApiKeyWorkspace { Id = workspace }, Audit = [entry] };

        // Also when somebody stops the start meanwhile: a key that is stored but never shown would be lost for good.
        return await store.SaveAsync(change, CancellationToken.None) == ApiKeySaveResult.Saved ? secret : null;
    }

    private static string Reachable(string address)
        => address.Replace("[::]", "localhost", StringComparison.Ordinal).Replace("0.0.0.0", "localhost", StringComparison.Ordinal);
}
