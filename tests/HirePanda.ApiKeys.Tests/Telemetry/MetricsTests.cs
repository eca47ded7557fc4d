using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Metrics of requests.</summary>
public sealed class MetricsTests
{
    private const string Outcome = "hirepanda.api_keys.outcome=";
    private const string Result = "hirepanda.api_keys.result=";
    private const string Decision = "hirepanda.api_keys.decision=";

    [Theory]
    [InlineData("valid")]
    [InlineData("missing")]
    [InlineData("not_an_api_key")]
    [InlineData("ambiguous")]
    [InlineData("malformed")]
    [InlineData("unknown")]
    [InlineData("revoked")]
    [InlineData("disabled")]
    [InlineData("expired")]
    [InlineData("address_not_allowed")]
    [InlineData("rate_limited")]
    [InlineData("client_throttled")]
    [InlineData("unavailable")]
    [InlineData("rejected_by_host")]
    public async Task Verification_OfEveryOutcome_IsCountedAndTimedOnce(string outcome)
    {
        await using var api = await Outcomes.StartAsync();
        var send = await Outcomes.PrepareAsync(api, outcome);
        using var metrics = new MetricCollector(api.Services);
        var durations = await metrics.DifferenceAsync("verification.duration", async () =>
        {
            var counts = await metrics.DifferenceAsync("verifications", send);
            counts.Should().Equal(new Dictionary<string, double> { [Outcome + outcome] = 1 });
        });

        durations.Should().BeEmpty("the clock stands still");
        metrics.Read("verification.duration").Should().ContainKey(Outcome + outcome).And.HaveCount(1);
        metrics.Read("verifications").Keys.Should()
            .BeEquivalentTo(Outcomes.All.Select(outcome => Outcome + outcome), "charts of a rate need its zeros");
    }

    [Fact]
    public async Task Verification_OfAKeyThatTheHostThenRejects_IsCountedAsValid()
    {
        await using var api = await TestApi.StartAsync(options => options.Events.OnKeyValidated = context =>
        {
            context.Fail("Not today.");
            return Task.CompletedTask;
        });
        using var metrics = new MetricCollector(api.Services);

        var counts = await metrics.DifferenceAsync("verifications", () => api.GetAsync("/read", api.Secret()));

        counts.Should().Equal(new Dictionary<string, double> { [Outcome + "valid"] = 1 });
    }

    [Fact]
    public async Task VerificationDuration_OfASlowStore_IsInSeconds()
    {
        await using var api = await TestApi.StartAsync();
        using var metrics = new MetricCollector(api.Services);
        api.Store.BeforeRead = _ =>
        {
            api.Time.Advance(TimeSpan.FromMilliseconds(250));
            return Task.CompletedTask;
        };

        await api.GetAsync("/read", api.Secret());

        metrics.Read("verification.duration").Should().Equal(new Dictionary<string, double> { [Outcome + "valid"] = 0.25 });
        metrics.Read("store.read.duration").Should().Equal(new Dictionary<string, double> { [Result + "ok"] = 0.25 });
        Bounds(metrics, "verification.duration").Should().BeInAscendingOrder().And.StartWith(0.000001).And.EndWith(5);
        Bounds(metrics, "store.read.duration").Should().BeInAscendingOrder();
        Bounds(metrics, "invalidation.latency").Should().BeInAscendingOrder();
    }

    [Fact]
    public async Task Verification_OutsideOfRequests_IsCountedToo()
    {
        await using var api = await TestApi.StartAsync();
        using var metrics = new MetricCollector(api.Services);
        var secret = api.Secret();

        (await metrics.DifferenceAsync("verifications", async () =>
        {
            await api.Verifier.VerifyAsync(secret, default, TestContext.Current.CancellationToken);
            await api.Verifier.VerifyAsync(secret, default, TestContext.Current.CancellationToken);
            await api.Verifier.VerifyAsync("hp_live_", default, TestContext.Current.CancellationToken);
        })).Should().Equal(new Dictionary<string, double> { [Outcome + "valid"] = 2, [Outcome + "malformed"] = 1 });
    }

    [Fact]
    public async Task CacheLookup_OfEveryResult_IsCountedOncePerVerification()
    {
        await using var api = await TestApi.StartAsync(options => options.FailedAttempts.PerMinute = 1);
        using var metrics = new MetricCollector(api.Services);
        var (secret, unknown) = (api.Secret(), api.UnknownSecret());
        async Task ShouldBe(string result, Func<Task> act)
            => (await metrics.DifferenceAsync("cache.lookups", act))
                .Should().Equal(new Dictionary<string, double> { [Result + result] = 1 });

        await ShouldBe("miss", () => api.GetAsync("/read", secret));
        await ShouldBe("hit", () => api.GetAsync("/read", secret));
        await ShouldBe("miss", () => api.GetAsync("/read", unknown, "192.0.2.1"));
        await ShouldBe("miss", () => api.GetAsync("/read", unknown, "192.0.2.1"));
        await ShouldBe("negative", () => api.GetAsync("/read", unknown, "192.0.2.2"));
        api.Time.Advance(TimeSpan.FromSeconds(31));
        await ShouldBe("miss", () => api.GetAsync("/read", secret));
        api.Time.Advance(TimeSpan.FromSeconds(31));
        api.Store.BeforeRead = _ => throw new InvalidOperationException("away");
        await ShouldBe("stale", () => api.GetAsync("/read", secret));
        await ShouldBe("stale", () => api.GetAsync("/read", secret));
        await ShouldBe("miss", () => api.GetAsync("/read", api.Secret()));
        (await metrics.DifferenceAsync("cache.lookups", () => api.GetAsync("/read", secret[..^1])))
            .Should().BeEmpty("junk is not looked up");
    }

    [Fact]
    public async Task StoreRead_OfEitherResult_IsCounted()
    {
        await using var api = await TestApi.StartAsync();
        using var metrics = new MetricCollector(api.Services);

        await api.GetAsync("/read", api.Secret());
        await api.GetAsync("/read", api.UnknownSecret());
        api.Store.BeforeRead = _ =>
        {
            api.Time.Advance(TimeSpan.FromMilliseconds(5));
            throw new InvalidOperationException("away");
        };
        await api.GetAsync("/read", api.Secret());

        metrics.Read("store.reads")
            .Should().Equal(new Dictionary<string, double> { [Result + "ok"] = 2, [Result + "failed"] = 1 });
        metrics.Read("store.read.duration")
            .Should().Equal(new Dictionary<string, double> { [Result + "ok"] = 0, [Result + "failed"] = 0.005 });
    }

    [Fact]
    public async Task RateLimitDecision_OfEitherKind_IsCounted()
    {
        await using var api = await TestApi.StartAsync();
        using var metrics = new MetricCollector(api.Services);
        var (_, secret) = api.Issue(
            new CreateApiKeyRequest
            {
                Name = "Limited",
                Type = ApiKeyTypes.Production,
                RateLimits = [new RateLimit(2, TimeSpan.FromMinutes(1))],
            });

        for (var i = 0; i < 5; i++)
        {
            await api.GetAsync("/read", secret);
        }

        metrics.Read("rate_limit.decisions")
            .Should().Equal(new Dictionary<string, double> { [Decision + "admitted"] = 2, [Decision + "refused"] = 3 });
        metrics.Read("rate_limit.fallbacks").Should().Equal(new Dictionary<string, double> { [""] = 0 });
    }

    [Fact]
    public async Task FailedAttempt_IsAnUnknownOrRevokedSecret()
    {
        await using var api = await TestApi.StartAsync();
        using var metrics = new MetricCollector(api.Services);
        var revoked = api.Issue(change: key => key with { RevokedAt = TestApi.Start }).Secret;

        foreach (var secret in new[] { api.UnknownSecret(), revoked, revoked, revoked[..^1], "eyJ0", null, api.Secret() })
        {
            await api.GetAsync("/read", secret);
        }

        metrics.Read("failed_attempts").Should().Equal(new Dictionary<string, double> { [""] = 3 });
    }

    [Fact]
    public async Task ActiveKeys_AreThoseInTheCache()
    {
        await using var api = await TestApi.StartAsync();
        using var metrics = new MetricCollector(api.Services);
        metrics.Read("active_keys").Should().Equal(new Dictionary<string, double> { [""] = 0 });
        var (key, secret) = api.Issue();

        foreach (var sent in new[] { secret, api.Secret(), api.UnknownSecret() })
        {
            await api.GetAsync("/read", sent);
        }

        metrics.Read("active_keys")[""].Should().Be(2);
        api.Services.GetRequiredService<KeyLookup>().Forget(key.Hash);
        metrics.Read("active_keys")[""].Should().Be(1);
    }

    [Fact]
    public void StripedCounter_OfManyThreads_LosesNothing()
    {
        var tally = new StripedCounter();

        Parallel.For(0, 8, _ =>
        {
            for (var i = 0; i < 100_000; i++)
            {
                tally.Add();
            }
        });

        tally.Sum.Should().Be(800_000);
    }

    private static IReadOnlyList<double> Bounds(MetricCollector metrics, string name)
        => metrics.Ours.OfType<Histogram<double>>().Single(histogram => histogram.Name == "hirepanda.api_keys." + name).Advice!
            .HistogramBucketBoundaries!;
}
