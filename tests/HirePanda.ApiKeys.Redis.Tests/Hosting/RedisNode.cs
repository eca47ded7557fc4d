using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace HirePanda.ApiKeys.Tests;

/// <summary>One of several nodes that share a store and a Redis server.</summary>
internal sealed class RedisNode : IAsyncDisposable
{
    private readonly WebApplication _app;
    private uint _clients;

    private RedisNode(WebApplication app, LogCollector logs)
    {
        (_app, Logs) = (app, logs);
        Client = app.GetTestClient();
        Metrics = new MetricCollector(app.Services);
    }

    public HttpClient Client { get; }

    public LogCollector Logs { get; }

    public MetricCollector Metrics { get; }

    public IServiceProvider Services => _app.Services;

    public ApiKeyVerifier Verifier => Services.GetRequiredService<ApiKeyVerifier>();

    /// <summary>Gets the number of requests that were decided without Redis.</summary>
    public double Fallbacks => Metrics.Read("rate_limit.fallbacks").Values.Sum();

    public bool SharesLimits => Services.GetRequiredService<RedisCircuit>().IsClosed;

    /// <summary>Gets the messages about the availability of Redis.</summary>
    public IEnumerable<string> RedisMessages
        => Logs.Ours.Where(entry => entry.Text.StartsWith("Redis is ", StringComparison.Ordinal)).Select(entry => entry.Text);

    public static async Task<RedisNode> StartAsync(
        string connectionString,
        InMemoryApiKeyStore store,
        Action<RedisApiKeyOptions>? options = null,
        TimeProvider? time = null,
        Action<IServiceCollection>? services = null,
        IConnectionMultiplexer? own = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.WebHost.UseTestServer();
        builder.Host.UseDefaultServiceProvider(options => (options.ValidateScopes, options.ValidateOnBuild) = (true, true));
        var logs = new LogCollector();
        builder.Logging.ClearProviders().AddProvider(logs);
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddSingleton(store);
        var keys = builder.Services.AddHirePandaApiKeys().AddStore<InMemoryApiKeyStore>();
        if (own is null)
        {
            keys.AddRedis(connectionString, Configure);
        }
        else
        {
            keys.AddRedis(_ => own, Configure);
        }

        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapGet("/read", () => "read").RequireAuthorization("read");
        app.MapGet("/open", () => "open");
        try
        {
            await app.StartAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        await app.Services.GetServices<IHostedService>().OfType<BackgroundJobs>().Single().Started;
        return new RedisNode(app, logs);

        void Configure(RedisApiKeyOptions redis)
        {
            // Other tests on the machine must not look like an outage.
            redis.Timeout = TimeSpan.FromSeconds(1);
            options?.Invoke(redis);
        }
    }

    /// <summary>Creates a key in the store.</summary>
    public async Task<IssuedApiKey> IssueAsync(params RateLimit[] limits)
    {
        var issued = Services.GetRequiredService<ApiKeyIssuer>().Issue(
            "acme", new CreateApiKeyRequest { Name = "Test", Type = ApiKeyTypes.Production, RateLimits = limits });
        var saved = await Services.GetRequiredService<InMemoryApiKeyStore>()
            .SaveAsync(new ApiKeyChangeSet { Added = [issued.Key] }, TestContext.Current.CancellationToken);
        saved.Should().Be(ApiKeySaveResult.Saved);
        return issued;
    }

    /// <param name="secret">The secret, or null to call an endpoint that does not need a key.</param>
    public async Task<HttpResponseMessage> GetAsync(string? secret)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, secret is null ? "/open" : "/read");
        request.Headers.Authorization = secret is null ? null : new AuthenticationHeaderValue("Bearer", secret);
        return await Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<HttpStatusCode> StatusAsync(string? secret)
    {
        using var response = await GetAsync(secret);
        return response.StatusCode;
    }

    /// <summary>Verifies a secret for a new client, so that revoked keys do not throttle the next call.</summary>
    public async Task<bool> AdmitsAsync(string secret)
    {
        var client = new ApiKeyVerificationContext(new IPAddress(Interlocked.Increment(ref _clients)));
        return (await Verifier.VerifyAsync(secret, client, TestContext.Current.CancellationToken)).IsValid;
    }

    public async ValueTask DisposeAsync()
    {
        Metrics.Dispose();
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
