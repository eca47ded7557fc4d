using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Storing the counts: each count exactly once.</summary>
public sealed class UsageFlushTests
{
    [Fact]
    public async Task Counts_AreStoredEveryTenSeconds()
    {
        await using var api = await ManagementApi.StartAsync();
        var (key, secret) = api.Issue();
        await api.StatusAsync(secret);
        api.Store.UsageBatches.Should().Be(0, "no request writes");

        await UntilFlushedAsync(api, 1);

        (await StoredAsync(api, key)).Should().Be(1);
        api.Time.Advance(TimeSpan.FromMinutes(5));
        api.Store.UsageBatches.Should().Be(1, "nothing was counted since");
    }

    [Fact]
    public async Task Stop_OfTheHost_LosesNothing_AlsoWhenTheHostsTokenIsOver()
    {
        await using var api = await ManagementApi.StartAsync();
        var (key, secret) = api.Issue();
        await api.StatusAsync(secret);
        await api.StatusAsync(secret);

        await api.QuietAsync();
        using var over = new CancellationTokenSource();
        await over.CancelAsync();
        await api.Services.Jobs().StopAsync(over.Token);

        (await StoredAsync(api, key)).Should().Be(2);
    }

    [Fact]
    public async Task Stop_OfTheHost_WithAStoreThatNeitherAnswersNorHeedsItsToken_TakesLessThanTenSeconds()
    {
        await using var api = await ManagementApi.StartAsync();
        await api.StatusAsync(api.Secret());
        await api.QuietAsync();
        using var answers = new ManualResetEventSlim();
        api.Store.BeforeUsage = api.Store.BeforeManagement = api.Store.BeforeAlerts = answers.Wait;

        // This uses the wall clock, because a blocked thread can delay the host's stop.
        var jobs = ActivatorUtilities.CreateInstance<BackgroundJobs>(api.Services, TimeProvider.System);
        await jobs.StartAsync(TestContext.Current.CancellationToken);
        var startedAt = Stopwatch.GetTimestamp();
        await jobs.StopAsync(TestContext.Current.CancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(startedAt);

        answers.Set();
        elapsed.Should().BeLessThan(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Store_ThatIsUnavailable_GetsEverythingLater()
    {
        await using var api = await ManagementApi.StartAsync();
        var (key, secret) = api.Issue();
        api.Store.BeforeUsage = () => throw new InvalidOperationException("away");
        for (var i = 0; i < 5; i++)
        {
            await api.StatusAsync(secret);
            await FlushAsync(api);
            api.Time.Advance(TimeSpan.FromMinutes(1));
        }

        (await StoredAsync(api, key)).Should().Be(0);
        api.Logs.Ours.Should().Contain(entry => entry.Text.Contains("usage of API keys could not be stored"));
        api.Store.BeforeUsage = () => { };
        (await FlushAsync(api)).Should().BeTrue();

        (await StoredAsync(api, key)).Should().Be(5);
    }

    [Fact]
    public async Task Store_ThatGetsALongOutageInParts_KeepsThoseItHas()
    {
        await using var api = await ManagementApi.StartAsync();
        var activities = api.Services.GetRequiredService<KeyActivities>();
        var keys = Enumerable.Range(0, 5).Select(_ => api.Issue().Key).ToList();
        foreach (var activity in keys.Select(key => activities.Get(key, TestApi.Start.UtcTicks)))
        {
            for (var bucket = 0; bucket < 5_000; bucket++)
            {
                activities.Count(
                    activity,
                    new UsageCell(EndpointNames.Other, 200 + (bucket / 200), 0, bucket % 200),
                    UsageTime.Minute(TestApi.Start.UtcTicks));
            }
        }

        using var metrics = new MetricCollector(api.Services);
        api.Store.BeforeUsage = () => Fail(whenStored: 1);
        (await FlushAsync(api)).Should().BeFalse();
        api.Store.UsageBatches.Should().Be(1);
        api.Time.Advance(TimeSpan.FromSeconds(3));
        metrics.Read("usage.lag").Values.Should().Equal(3);
        api.Store.BeforeUsage = () => { };
        (await FlushAsync(api)).Should().BeTrue();

        metrics.Read("usage.lag").Values.Should().Equal(0);
        api.Store.UsageBatches.Should().Be(2);
        foreach (var key in keys)
        {
            (await StoredAsync(api, key)).Should().Be(5_000);
        }

        void Fail(int whenStored)
        {
            if (api.Store.UsageBatches == whenStored)
            {
                throw new InvalidOperationException("away again");
            }
        }
    }

    [Fact]
    public async Task Store_ThatStoresButDoesNotSaySo_IsNotToldTwice()
    {
        await using var api = await ManagementApi.StartAsync();
        var (key, secret) = api.Issue();
        await api.StatusAsync(secret);
        api.Store.AfterUsage = () => throw new TimeoutException("the answer was lost");
        (await FlushAsync(api)).Should().BeFalse();
        await api.StatusAsync(secret);
        api.Store.AfterUsage = () => { };
        (await FlushAsync(api)).Should().BeTrue();

        (await StoredAsync(api, key)).Should().Be(2);
    }

    [Fact]
    public async Task Request_ThatLastsLongerThanNotesOfQuietKeysAreKept_CountsAsWell()
    {
        var (started, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var api = await TestApi.StartAsync(app: app => app.MapGet("/stream", async () =>
        {
            started.SetResult();
            await end.Task;
        }).RequireAuthorization("read"));
        var (key, secret) = api.Issue();
        var request = api.GetAsync("/stream", secret);
        await started.Task;
        api.Time.Advance(TimeSpan.FromMinutes(1));
        await TestApi.Until(() => api.Store.LastUsedWrites == 1);
        api.Time.Advance(TimeSpan.FromMinutes(15));
        await TestApi.Until(() => !api.Services.GetRequiredService<KeyActivities>().All.Any());

        end.SetResult();
        (await request).Dispose();
        (await FlushAsync(api)).Should().BeTrue();

        (await StoredAsync(api, key)).Should().Be(1);
    }

    [Fact]
    public async Task Store_ThatKeepsNoUsage_CostsNothingAndBreaksNothing()
    {
        await using var api = await TestApi.StartAsync(
            services: builder => builder.Services.AddHirePandaApiKeys().AddStore<FindOnly>(), app: null);
        var (_, secret) = api.Issue();

        (await api.StatusAsync(secret)).Should().Be(HttpStatusCode.OK);
        (await FlushAsync(api)).Should().BeTrue();
        api.Services.GetRequiredService<UsageRecorder>().IsOn.Should().BeFalse();
    }

    private static async Task<bool> FlushAsync(TestApi api)
    {
        await api.QuietAsync();
        return await api.Services.GetRequiredService<UsageFlusher>().TryRunAsync(TestContext.Current.CancellationToken);
    }

    private static async Task UntilFlushedAsync(TestApi api, int batches)
    {
        await api.QuietAsync();
        api.Time.Advance(TimeSpan.FromSeconds(10));
        await TestApi.Until(() => api.Store.UsageBatches == batches);
    }

    private static async Task<long> StoredAsync(TestApi api, ApiKey key)
    {
        var query = new ApiKeyUsageQuery
        {
            Workspace = key.Workspace,
            KeyId = key.Id,
            Granularity = ApiKeyUsageGranularity.Day,
            Dimension = ApiKeyUsageDimension.Status,
            From = TestApi.Start.AddDays(-1),
            To = TestApi.Start.AddDays(1),
        };
        return (await api.Store.SumUsageAsync(query, TestContext.Current.CancellationToken)).Sum(sum => sum.Requests);
    }

    private sealed class FindOnly(TestStore store) : IApiKeyStore
    {
        public ValueTask<ApiKey?> FindByHashAsync(IReadOnlyList<ApiKeyHash> hashes, CancellationToken cancellationToken)
            => store.FindByHashAsync(hashes, cancellationToken);
    }
}
