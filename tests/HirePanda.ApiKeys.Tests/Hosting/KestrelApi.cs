using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.Tests;

/// <summary>An application with keys on a real server, for behavior that only a socket shows.</summary>
internal sealed class KestrelApi : IAsyncDisposable
{
    private readonly WebApplication _app;

    private KestrelApi(WebApplication app) => _app = app;

    public IServiceProvider Services => _app.Services;

    public Uri Address
        => new(
            Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()
                .Replace("[::]", "localhost"));

    /// <param name="app">Maps endpoints.</param>
    /// <param name="options">Sets options.</param>
    /// <param name="kestrel">Configures the server, which otherwise listens on a free port of 127.0.0.1.</param>
    /// <param name="services">Registers services.</param>
    public static async Task<KestrelApi> StartAsync(
        Action<WebApplication> app,
        Action<ApiKeyOptions>? options = null,
        Action<KestrelServerOptions>? kestrel = null,
        Action<WebApplicationBuilder>? services = null)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel ?? (server => server.Listen(IPAddress.Loopback, 0)));
        builder.Services.AddHirePandaApiKeys(options ?? (_ => { })).AddInMemoryStore();
        services?.Invoke(builder);
        var application = builder.Build();
        app(application);
        await application.StartAsync(TestContext.Current.CancellationToken);
        return new KestrelApi(application);
    }

    /// <summary>Adds a key to the store and returns it with its secret.</summary>
    public async Task<(ApiKey Key, string Secret)> IssueAsync(CreateApiKeyRequest request, Func<ApiKey, ApiKey>? change = null)
    {
        var (key, secret) = Services.GetRequiredService<ApiKeyIssuer>().Issue("acme", request);
        key = change?.Invoke(key) ?? key;
        var store = Services.GetRequiredService<InMemoryApiKeyStore>();
        (await store.SaveAsync(new ApiKeyChangeSet { Added = [key] }, TestContext.Current.CancellationToken))
            .Should().Be(ApiKeySaveResult.Saved);
        return (key, secret);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
