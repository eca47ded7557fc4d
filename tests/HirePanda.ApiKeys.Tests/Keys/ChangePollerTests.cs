using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The change table while transactions of other processes are open.</summary>
public sealed class ChangePollerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Poll_NumberThatAppearsAfterAHigherOne_IsNotMissed()
    {
        await using var api = await TestApi.StartAsync();
        var (poller, feed) = (Poller(api), new Feed { Last = 500 });
        var (early, late) = (await CachedAsync(api), await CachedAsync(api));
        await poller.PollAsync(feed, Token);
        await early.VerifyAsync();
        await late.VerifyAsync();
        var reads = api.Store.Reads;

        feed.Rows = [new ApiKeyChangeNotification { Number = 502, Hash = late.Key.Hash }];
        await poller.PollAsync(feed, Token);
        await late.VerifyAsync();
        await early.VerifyAsync();
        api.Store.Reads.Should().Be(reads + 1, "only what changed is forgotten");

        feed.Rows = [new ApiKeyChangeNotification { Number = 501, Hash = early.Key.Hash }];
        await poller.PollAsync(feed, Token);
        feed.Missing.Should().Contain(501);
        await early.VerifyAsync();
        api.Store.Reads.Should().Be(reads + 2);

        await poller.PollAsync(feed, Token);
        feed.Missing.Should().NotContain(501, "it has been read");
        feed.After.Should().Be(502);
    }

    [Fact]
    public async Task Poll_GapThatStaysEmpty_IsGivenUp()
    {
        await using var api = await TestApi.StartAsync();
        var (poller, feed) = (Poller(api), new Feed());
        await poller.PollAsync(feed, Token);
        (feed.Last, feed.Rows) = (9, [new ApiKeyChangeNotification { Number = 9, Workspace = "acme" }]);
        await poller.PollAsync(feed, Token);
        feed.Rows = [];

        await poller.PollAsync(feed, Token);
        feed.Missing.Should().HaveCount(8);
        api.Time.Advance(TimeSpan.FromMinutes(3));
        await poller.PollAsync(feed, Token);
        await poller.PollAsync(feed, Token);

        feed.Missing.Should().BeEmpty();
    }

    [Fact]
    public async Task Poll_AfterRowsMayHaveBeenPruned_ForgetsEverything()
    {
        await using var api = await TestApi.StartAsync();
        var (poller, feed) = (Poller(api), new Feed { Last = 5 });
        await poller.PollAsync(feed, Token);
        api.Time.Advance(TimeSpan.FromHours(2));
        var key = await CachedAsync(api);
        var reads = api.Store.Reads;

        feed.Last = 5000;
        await poller.PollAsync(feed, Token);
        await key.VerifyAsync();

        api.Store.Reads.Should().Be(reads + 1);
        feed.PrunedBefore.Should().Be(api.Time.GetUtcNow() - TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task Poll_OfADatabaseRestoredFromABackup_SeesItsChangesAgain()
    {
        await using var api = await TestApi.StartAsync();
        var (poller, feed) = (Poller(api), new Feed { Last = 500 });
        await poller.PollAsync(feed, Token);

        feed.Last = 100;
        api.Time.Advance(TimeSpan.FromMinutes(11));
        await poller.PollAsync(feed, Token);
        await poller.PollAsync(feed, Token);
        var key = await CachedAsync(api);
        var reads = api.Store.Reads;
        (feed.Last, feed.Rows) = (101, [new ApiKeyChangeNotification { Number = 101, Hash = key.Key.Hash }]);
        await poller.PollAsync(feed, Token);
        await key.VerifyAsync();

        api.Store.Reads.Should().Be(reads + 1);
    }

    [Fact]
    public async Task Poll_NumbersThatJumpFar_AreNotAllLookedFor()
    {
        await using var api = await TestApi.StartAsync();
        var (poller, feed) = (Poller(api), new Feed());
        await poller.PollAsync(feed, Token);
        (feed.Last, feed.Rows) = (2_000_000, [new ApiKeyChangeNotification { Number = 2_000_000, Workspace = "acme" }]);
        await poller.PollAsync(feed, Token);

        await poller.PollAsync(feed, Token);

        feed.Missing.Should().BeEmpty();
        feed.After.Should().Be(0, "all rows above the gap are read again for a while");
    }

    [Fact]
    public async Task Poll_NumberFarBelowAHigherOne_IsNotMissed()
    {
        await using var api = await TestApi.StartAsync();
        var (poller, feed) = (Poller(api), new Feed { Last = 10 });
        await poller.PollAsync(feed, Token);
        var (late, other) = (await CachedAsync(api), await CachedAsync(api));
        var reads = api.Store.Reads;

        feed.Rows = [new ApiKeyChangeNotification { Number = 5000, Workspace = "elsewhere" }];
        await poller.PollAsync(feed, Token);
        await late.VerifyAsync();
        await other.VerifyAsync();
        api.Store.Reads.Should().Be(reads + 2, "the content of the numbers in between is unknown");

        feed.Rows =
        [
            new ApiKeyChangeNotification { Number = 700, Hash = late.Key.Hash },
            new ApiKeyChangeNotification { Number = 5000, Workspace = "elsewhere" }
        ];
        await poller.PollAsync(feed, Token);
        await poller.PollAsync(feed, Token);
        await late.VerifyAsync();
        await other.VerifyAsync();
        api.Store.Reads.Should().Be(reads + 3, "it committed late");

        api.Time.Advance(TimeSpan.FromMinutes(3));
        await poller.PollAsync(feed, Token);
        await poller.PollAsync(feed, Token);
        feed.After.Should().Be(5000, "no transaction stays open longer");
    }

    [Theory]
    [InlineData(2000)]
    [InlineData(900)]
    public async Task Poll_NumbersThatJumpRepeatedly_ReadsNoMoreThanAWindow(long jump)
    {
        await using var api = await TestApi.StartAsync();
        var (poller, feed) = (Poller(api), new Feed { Last = 10 });
        await poller.PollAsync(feed, Token);
        var key = await CachedAsync(api);
        feed.Rows =
        [
            .. Enumerable.Range(0, 10_002)
            .Select(i => new ApiKeyChangeNotification { Number = 500 + (jump * i), Workspace = "elsewhere" })
        ];
        await poller.PollAsync(feed, Token);
        var reads = api.Store.Reads;
        await key.VerifyAsync();

        await poller.PollAsync(feed, Token);

        api.Store.Reads.Should().Be(reads + 1);
        feed.After.Should().Be(feed.Rows[^1].Number);
        feed.Missing.Count.Should().BeLessThanOrEqualTo(10_000);
    }

    [Fact]
    public async Task Poll_ChangeOfAnother_IsMeasuredFromItsStorageToHere()
    {
        await using var api = await TestApi.StartAsync();
        using var metrics = new MetricCollector(api.Services);
        var (poller, feed) = (Poller(api), new Feed { Last = 5 });
        await poller.PollAsync(feed, Token);
        var key = await CachedAsync(api);
        feed.Rows =
        [
            new ApiKeyChangeNotification { Number = 4, Hash = key.Key.Hash, At = TestApi.Start.AddHours(-1) },
            new ApiKeyChangeNotification { Number = 6, Hash = key.Key.Hash, At = TestApi.Start.AddSeconds(1) },
            new ApiKeyChangeNotification { Number = 7, Workspace = "acme", At = TestApi.Start.AddSeconds(9) },
            new ApiKeyChangeNotification { Number = 8, Workspace = "acme" },
        ];

        api.Time.Advance(TimeSpan.FromSeconds(1.7));
        await poller.PollAsync(feed, Token);

        metrics.Read("invalidation.latency")[""]
            .Should().BeApproximately(0.7, 0.0001, "not before this process and not in the future");
    }

    private static ChangePoller Poller(TestApi api) => api.Services.GetRequiredService<ChangePoller>();

    private static async Task<(ApiKey Key, Func<Task> VerifyAsync)> CachedAsync(TestApi api)
    {
        var (key, secret) = api.Issue();
        async Task VerifyAsync() => (await api.Verifier.VerifyAsync(secret, default, Token)).IsValid.Should().BeTrue();
        await VerifyAsync();
        return (key, VerifyAsync);
    }

    private sealed class Feed : IApiKeyChangeFeed
    {
        public long Last { get; set; }

        public IReadOnlyList<ApiKeyChangeNotification> Rows { get; set; } = [];

        public long After { get; private set; }

        public IReadOnlyList<long> Missing { get; private set; } = [];

        public DateTimeOffset PrunedBefore { get; private set; }

        public ValueTask<long> GetLastChangeAsync(CancellationToken cancellationToken) => new(Last);

        public ValueTask<IReadOnlyList<ApiKeyChangeNotification>> ReadChangesAsync(
            long after, IReadOnlyList<long> missing, CancellationToken cancellationToken)
        {
            (After, Missing) = (after, missing);
            return new([.. Rows.Where(row => row.Number > after || missing.Contains(row.Number))]);
        }

        public ValueTask PruneChangesAsync(DateTimeOffset before, CancellationToken cancellationToken)
        {
            PrunedBefore = before;
            return default;
        }
    }
}
