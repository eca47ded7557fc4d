using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>A dashboard for a browser with keys, an alert, and everything that the pages of a busy workspace show.</summary>
internal sealed class SeededHost : IAsyncDisposable
{
    private readonly DashboardHost _host;
    private readonly string _keyId;

    private SeededHost(DashboardHost host, string keyId) => (_host, _keyId) = (host, keyId);

    public string Address => _host.Address;

    /// <summary>Gets the addresses of all pages that are shown by GET. Downloads are not pages.</summary>
    public IReadOnlyList<string> Pages
        => [.. _host.Endpoints.Where(IsPage).Select(endpoint => endpoint.RoutePattern.RawText!
            .Replace("{id}", _keyId, StringComparison.Ordinal))];

    public static async Task<SeededHost> StartAsync()
    {
        var host = await DashboardHost.StartAsync(forBrowser: true);
        var (key, _) = await host.CreateKeyAsync();
        for (var number = 0; number < 60; number++)
        {
            await host.CreateKeyAsync(Repository.Invariant($"worker-{number:00} of the nightly import with a long name"));
        }

        await host.Services.GetRequiredService<IApiKeyAlertStore>().AddAlertAsync(
            new ApiKeyAlert
            {
                Id = "alert-1",
                Workspace = People.Workspace,
                Kind = ApiKeyAlertKinds.UnusualActivity,
                KeyId = key.Id,
                Message = "checkout-prod sent 10 times as many requests as usual",
                RaisedAt = DashboardHost.Start,
                DeduplicationKey = "alert-1",
            },
            [],
            TestContext.Current.CancellationToken);
        return new SeededHost(host, key.Id);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private static bool IsPage(RouteEndpoint endpoint)
        => endpoint.RoutePattern.RawText is { } pattern && !endpoint.Metadata.GetMetadata<DashboardRoute>()!.IsWrite
            && !pattern.Contains("{hash}", StringComparison.Ordinal) && !pattern.Contains("{**path}", StringComparison.Ordinal)
            && !pattern.EndsWith(".csv", StringComparison.Ordinal);
}
