using HirePanda.ApiKeys;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace HirePanda.Api;

/// <summary>Creates the first key in an empty store, and prints its secret once with a call to copy.</summary>
internal sealed class FirstStart(
    IServiceScopeFactory scopes, IServer server, IConfiguration configuration) : IHostedLifecycleService
{
    public const string Workspace = "hirepanda";
    public const string SecondWorkspace = "second";

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var manager = scope.ServiceProvider.GetRequiredService<ApiKeyManager>();
        var admin = new CreateApiKeyRequest { Name = "Admin", Type = ApiKeyTypes.Production };
        if (await manager.CreateFirstAsync(Workspace, admin, cancellationToken) is not { } first)
        {
            return;
        }

        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://localhost:5080";
        Console.WriteLine("First start: this admin secret is shown once. Keep it, then try the call.");
        Console.WriteLine($"export HIREPANDA_API_KEY={first.Secret}");
        Console.WriteLine($"curl -H \"Authorization: Bearer $HIREPANDA_API_KEY\" {Reachable(address)}/api/v1/jobs");

        if (configuration.GetValue<bool>("Sample:SecondWorkspace")
            && await manager.CreateFirstAsync(SecondWorkspace, admin, cancellationToken) is { } second)
        {
            Console.WriteLine($"The second workspace's admin secret, shown once: {second.Secret}");
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static string Reachable(string address)
        => address.Replace("[::]", "localhost", StringComparison.Ordinal).Replace(
            "0.0.0.0", "localhost", StringComparison.Ordinal);
}
