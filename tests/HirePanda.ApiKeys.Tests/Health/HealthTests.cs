using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace HirePanda.ApiKeys.Tests;

/// <summary>What the health check reports.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task Check_HostInOrder_IsHealthy()
    {
        await using var api = await StartAsync();

        var entry = await CheckAsync(api);

        entry.Status.Should().Be(HealthStatus.Healthy);
        entry.Data.Should().Equal(
            new Dictionary<string, object> { ["store"] = "ok", ["change_feed"] = "ok", ["usage"] = "ok" });
    }

    [Fact]
    public async Task Check_StoreThatFails_IsDegraded()
    {
        await using var api = await StartAsync();
        api.Store.BeforeRead = _ => throw new InvalidOperationException("The store is down.");

        var entry = await CheckAsync(api);

        (entry.Status, entry.Description).Should().Be((HealthStatus.Degraded, "The API key store cannot answer."));
        entry.Data["store"].Should().Be(entry.Description);
    }

    [Fact]
    public async Task Check_WithoutAStore_IsDegraded()
    {
        await using var api = await StartAsync(withStore: false);

        (await CheckAsync(api)).Description.Should().Be("No API key store is registered.");
    }

    [Fact]
    public async Task Check_WithAStatusOfTheHost_ReportsThatStatus()
    {
        await using var api = await StartAsync(withStore: false, status: HealthStatus.Unhealthy);

        (await CheckAsync(api)).Status.Should().Be(HealthStatus.Unhealthy);
    }

    [Fact]
    public async Task Check_UsageThatWaitsForMoreThanAMinute_IsDegraded()
    {
        await using var api = await StartAsync();
        api.Store.BeforeUsage = () => throw new InvalidOperationException("The store is down.");
        (await api.GetAsync("/read", api.Secret())).Dispose();
        await api.QuietAsync();
        var flusher = api.Services.GetRequiredService<UsageFlusher>();
        (await flusher.TryRunAsync(TestContext.Current.CancellationToken)).Should().BeFalse();
        (await CheckAsync(api)).Data["usage"].Should().Be("ok");

        api.Time.Advance(TimeSpan.FromSeconds(61));

        (await CheckAsync(api)).Description.Should().Be("Usage has waited for the store for 61 s.");
    }

    [Fact]
    public async Task Check_FeedThatCannotBeRead_IsDegradedAfterFiveSeconds()
    {
        var feed = new Feed();
        await using var api = await StartAsync(services: services => services.AddSingleton<IApiKeyChangeFeed>(feed));
        var poller = api.Services.GetRequiredService<ChangePoller>();
        (await poller.TryRunAsync(TestContext.Current.CancellationToken)).Should().BeTrue();
        (await CheckAsync(api)).Status.Should().Be(HealthStatus.Healthy);

        feed.IsDown = true;
        api.Time.Advance(TimeSpan.FromSeconds(6));

        (await CheckAsync(api)).Data["change_feed"]
            .Should().Be("The change feed of the API key store was last read 6 s ago.");
    }

    private static Task<TestApi> StartAsync(
        bool withStore = true, HealthStatus status = HealthStatus.Degraded, Action<IServiceCollection>? services = null)
        => TestApi.StartAsync(
            withStore: withStore,
            services: builder =>
            {
                builder.Services.AddHealthChecks().AddHirePandaApiKeys(failureStatus: status);
                services?.Invoke(builder.Services);
            });

    private static async Task<HealthReportEntry> CheckAsync(TestApi api)
        => (await api.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken))
            .Entries["api_keys"];

    private sealed class Feed : IApiKeyChangeFeed
    {
        public bool IsDown { get; set; }

        public ValueTask<long> GetLastChangeAsync(CancellationToken cancellationToken)
            => IsDown ? throw new InvalidOperationException("The feed is down.") : new(0);

        public ValueTask<IReadOnlyList<ApiKeyChangeNotification>> ReadChangesAsync(
            long after, IReadOnlyList<long> missing, CancellationToken cancellationToken)
            => IsDown ? throw new InvalidOperationException("The feed is down.") : new([]);

        public ValueTask PruneChangesAsync(DateTimeOffset before, CancellationToken cancellationToken) => default;
    }
}
