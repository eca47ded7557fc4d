using HirePanda.ApiKeys;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace HirePanda.Api;

/// <summary>On a start with an empty store, makes an admin key and prints its secret, once, with a call to copy.</summary>
internal sealed class FirstStart(IServiceScopeFactory scopes, IServer server, IConfiguration configuration) : IHostedLifecycleService
{
    public const string Workspace = "hirepanda";
    public const string SecondWorkspace = "second";

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var manager = scope.ServiceProvider.GetRequiredService<ApiKeyManager>();
        if (await CreateAdminAsync(manager, Workspace, cancellationToken) is not { } secret)
        {
            return;
        }

        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://localhost:5080";
        Console.WriteLine("First start: this admin secret is shown once. Keep it, then try the call.");
        Console.WriteLine($"export HIREPANDA_API_KEY={secret}");
        Console.WriteLine($"curl -H \"Authorization: Bearer $HIREPANDA_API_KEY\" {Reachable(address)}/api/v1/jobs");

        if (configuration.GetValue<bool>("Sample:SecondWorkspace")
            && await CreateAdminAsync(manager, SecondWorkspace, cancellationToken) is { } second)
        {
            Console.WriteLine($"The second workspace's admin secret, shown once: {second}");
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static async Task<string?> CreateAdminAsync(ApiKeyManager manager, string workspace, CancellationToken cancellationToken)
    {
        var operatorOf = new ApiKeyActor("first-start", workspace) { Tier = ApiKeyTiers.Admin };
        var existing = await manager.ListAsync(operatorOf, limit: 1, cancellationToken: cancellationToken);
        if (existing.Value!.Items.Count > 0)
        {
            return null;
        }

        var admin = new NewApiKey { Name = "Admin", Type = ApiKeyTypes.Production };
        return (await manager.CreateAsync(operatorOf, admin, cancellationToken)).Value!.Secret;
    }

    private static string Reachable(string address)
        => address.Replace("[::]", "localhost", StringComparison.Ordinal).Replace("0.0.0.0", "localhost", StringComparison.Ordinal);
}
