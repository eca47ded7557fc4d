using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

public sealed class VerifierTests
{
    private static readonly IPAddress _client = IPAddress.Parse("192.0.2.1");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task VerifyAsync_ValidKey_GivesAVerdictWhoseKeyTheCompilerKnows()
    {
        await using var api = await TestApi.StartAsync();

        var verdict = await api.Verifier.VerifyAsync(api.Secret(), default, TestContext.Current.CancellationToken);

        (verdict.IsValid ? verdict.Key.Name : null)
            .Should().Be("Test", "IsValid says that there is a key: this compiles without '!'");
    }

    [Fact]
    public async Task VerifyAsync_ValidKeyOutsideHttp_IsValidWithItsKey()
    {
        await using var api = await TestApi.StartAsync();
        var (key, secret) = api.Issue();

        var verdict = await api.Verifier.VerifyAsync(secret, new ApiKeyVerificationContext(null), Token);

        verdict.IsValid.Should().BeTrue();
        verdict.Key.Should().Be(key);
        verdict.RetryAfter.Should().BeNull();
    }

    [Theory]
    [InlineData(-1, ApiKeyOutcome.Valid)]
    [InlineData(0, ApiKeyOutcome.Expired)]
    [InlineData(1, ApiKeyOutcome.Expired)]
    public async Task VerifyAsync_AroundTheExpiry_IsExpiredFromThatMomentOn(int ticks, ApiKeyOutcome outcome)
    {
        await using var api = await TestApi.StartAsync();
        var (_, secret) = api.Issue(
            new CreateApiKeyRequest { Name = "Short", Type = ApiKeyTypes.Production, ExpiresAt = TestApi.Start.AddMinutes(1) });

        api.Time.Advance(TimeSpan.FromMinutes(1) + TimeSpan.FromTicks(ticks));

        (await api.Verifier.VerifyAsync(secret, default, Token)).Outcome.Should().Be(outcome);
    }

    [Fact]
    public async Task VerifyAsync_RevokedAndExpired_IsRevoked()
    {
        await using var api = await TestApi.StartAsync();
        var (_, secret) = api.Issue(change: key => key with { RevokedAt = TestApi.Start, ExpiresAt = TestApi.Start });

        (await api.Verifier.VerifyAsync(secret, default, Token)).Outcome.Should().Be(ApiKeyOutcome.Revoked);
    }

    [Theory]
    [InlineData("192.0.2.1", true)]
    [InlineData("::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.2", false)]
    [InlineData("2001:db8::7", true)]
    [InlineData("2001:db9::7", false)]
    [InlineData(null, false)]
    public async Task VerifyAsync_KeyWithAllowlist_AdmitsListedAddressesOnlyAndBurnsNoQuota(string? address, bool admitted)
    {
        await using var api = await TestApi.StartAsync();
        var (_, secret) = api.Issue(new CreateApiKeyRequest
        {
            Name = "Listed",
            Type = ApiKeyTypes.Production,
            AllowedNetworks = ["::ffff:192.0.2.1", "2001:db8::/32"],
            RateLimits = [new RateLimit(1, TimeSpan.FromSeconds(60))],
        });
        var caller = new ApiKeyVerificationContext(address is null ? null : IPAddress.Parse(address));

        var verdict = await api.Verifier.VerifyAsync(secret, caller, Token);

        verdict.Outcome.Should().Be(admitted ? ApiKeyOutcome.Valid : ApiKeyOutcome.AddressNotAllowed);
        (await api.Verifier.VerifyAsync(secret, new ApiKeyVerificationContext(_client), Token)).IsValid.Should()
            .Be(!admitted, "a refused address takes no permit");
    }

    [Fact]
    public async Task VerifyAsync_SeveralLimits_TakesFromAllOrNone()
    {
        await using var api = await TestApi.StartAsync();
        var (_, secret) = api.Issue(new CreateApiKeyRequest
        {
            Name = "Limited",
            Type = ApiKeyTypes.Production,
            RateLimits = [new RateLimit(10, TimeSpan.FromSeconds(10)), new RateLimit(3, TimeSpan.FromSeconds(300))],
        });
        for (var i = 0; i < 3; i++)
        {
            (await api.Verifier.VerifyAsync(secret, default, Token)).IsValid.Should().BeTrue();
        }

        ApiKeyVerdict verdict = default;
        for (var i = 0; i < 5; i++)
        {
            verdict = await api.Verifier.VerifyAsync(secret, default, Token);
            verdict.Outcome.Should().Be(ApiKeyOutcome.RateLimited);
        }

        verdict.Limit.Field().Should().Be("\"default\";r=7;t=1, \"default-2\";r=0;t=100");
        verdict.RetryAfter.Should().Be(TimeSpan.FromSeconds(100));
    }

    [Fact]
    public async Task VerifyAsync_KeysOfOneFamily_ShareOneQuota()
    {
        await using var api = await TestApi.StartAsync();
        var limit = new RateLimit(2, TimeSpan.FromSeconds(60));
        var (first, oldSecret) = api.Issue(
            new CreateApiKeyRequest { Name = "Old", Type = ApiKeyTypes.Production, RateLimits = [limit] });
        var (_, newSecret) = api.Issue(
            new CreateApiKeyRequest { Name = "New", Type = ApiKeyTypes.Production, RateLimits = [limit] },
            key => key with { Family = first.Id });

        (await api.Verifier.VerifyAsync(oldSecret, default, Token)).IsValid.Should().BeTrue();
        (await api.Verifier.VerifyAsync(newSecret, default, Token)).IsValid.Should().BeTrue();
        (await api.Verifier.VerifyAsync(oldSecret, default, Token)).Outcome.Should().Be(ApiKeyOutcome.RateLimited);
        (await api.Verifier.VerifyAsync(newSecret, default, Token)).Outcome.Should().Be(ApiKeyOutcome.RateLimited);
    }

    [Fact]
    public async Task VerifyAsync_ReadAgainFromTheStore_KeepsItsQuota()
    {
        await using var api = await TestApi.StartAsync();
        var (_, secret) = api.Issue(
            new CreateApiKeyRequest
            {
                Name = "Limited",
                Type = ApiKeyTypes.Production,
                RateLimits = [new RateLimit(1, TimeSpan.FromDays(1))],
            });
        await api.Verifier.VerifyAsync(secret, default, Token);

        for (var minute = 0; minute < 60; minute++)
        {
            api.Time.Advance(TimeSpan.FromMinutes(1));
            (await api.Verifier.VerifyAsync(secret, default, Token)).Outcome.Should().Be(ApiKeyOutcome.RateLimited);
        }
    }

    [Fact]
    public async Task VerifyAsync_HundredUnknownSecrets_ThrottlesTheClientsMissesAlone()
    {
        await using var api = await TestApi.StartAsync();
        var (_, known) = api.Issue();
        var caller = new ApiKeyVerificationContext(_client);
        await api.Verifier.VerifyAsync(known, caller, Token);
        for (var i = 0; i < 100; i++)
        {
            (await api.Verifier.VerifyAsync(api.UnknownSecret(), caller, Token)).Outcome.Should().Be(ApiKeyOutcome.Unknown);
        }

        var reads = api.Store.Reads;
        var verdict = await api.Verifier.VerifyAsync(api.UnknownSecret(), caller, Token);

        verdict.Outcome.Should().Be(ApiKeyOutcome.ClientThrottled);
        verdict.RetryAfter.Should().Be(TimeSpan.FromSeconds(1));
        (await api.Verifier.VerifyAsync(api.Secret(), caller, Token)).Outcome.Should()
            .Be(ApiKeyOutcome.ClientThrottled, "the key is not verified");
        api.Store.Reads.Should().Be(reads);
        (await api.Verifier.VerifyAsync(known, caller, Token)).IsValid.Should().BeTrue("its neighbour's key is cached");
        (await api.Verifier.VerifyAsync(api.UnknownSecret(), new ApiKeyVerificationContext(IPAddress.Parse("192.0.2.2")), Token))
            .Outcome.Should().Be(ApiKeyOutcome.Unknown);

        api.Time.Advance(TimeSpan.FromSeconds(60));
        (await api.Verifier.VerifyAsync(known, caller, Token)).IsValid.Should().BeTrue();
        (await api.Verifier.VerifyAsync(api.UnknownSecret(), caller, Token)).Outcome.Should().Be(ApiKeyOutcome.Unknown);
    }

    [Fact]
    public async Task VerifyAsync_ThrottledClientWithAKeyPastItsFreshness_ReadsItAgain()
    {
        await using var api = await TestApi.StartAsync(options => options.FailedAttempts.PerMinute = 1);
        var (_, known) = api.Issue();
        var caller = new ApiKeyVerificationContext(_client);
        await api.Verifier.VerifyAsync(known, caller, Token);
        api.Time.Advance(TimeSpan.FromSeconds(31));
        await api.Verifier.VerifyAsync(api.UnknownSecret(), caller, Token);
        (await api.Verifier.VerifyAsync(api.UnknownSecret(), caller, Token)).Outcome.Should().Be(ApiKeyOutcome.ClientThrottled);

        (await api.Verifier.VerifyAsync(known, caller, Token)).IsValid.Should()
            .BeTrue("a re-read of what the cache holds is no miss");
    }

    [Theory]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    [InlineData(null, null, true)]
    [InlineData(null, "192.0.2.1", false)]
    public async Task VerifyAsync_TwoAddresses_AreOneClientOrTwo(string? first, string? second, bool same)
    {
        await using var api = await TestApi.StartAsync(options => options.FailedAttempts.PerMinute = 1);

        await api.Verifier.VerifyAsync(api.UnknownSecret(), Caller(first), Token);

        (await api.Verifier.VerifyAsync(api.UnknownSecret(), Caller(second), Token)).Outcome
            .Should().Be(same ? ApiKeyOutcome.ClientThrottled : ApiKeyOutcome.Unknown);

        static ApiKeyVerificationContext Caller(string? address) => new(address is null ? null : IPAddress.Parse(address));
    }

    [Fact]
    public async Task VerifyAsync_JunkFromAWholeSite_ThrottlesTheSitesMissesAlone()
    {
        await using var api = await TestApi.StartAsync(options => options.FailedAttempts.PerMinute = 2);
        var known = api.Secret();
        (await VerifyAsync(known, "2001:db8:1:ffff::1")).Should().Be(ApiKeyOutcome.Valid);
        for (var network = 0; network < 20; network++)
        {
            (await VerifyAsync(api.UnknownSecret(), $"2001:db8:1:{network:x}::1")).Should().Be(ApiKeyOutcome.Unknown);
        }

        (await VerifyAsync(api.UnknownSecret(), "2001:db8:1:ffff::1"))
            .Should().Be(ApiKeyOutcome.ClientThrottled, "the /48 has had ten times as many as a client may");
        (await VerifyAsync(known, "2001:db8:1:ffff::1")).Should().Be(ApiKeyOutcome.Valid, "it is cached");
        (await VerifyAsync(api.UnknownSecret(), "2001:db8:2::1")).Should().Be(ApiKeyOutcome.Unknown);
        (await VerifyAsync(api.UnknownSecret(), "192.0.2.1")).Should().Be(ApiKeyOutcome.Unknown);

        async Task<ApiKeyOutcome> VerifyAsync(string secret, string address)
            => (await api.Verifier.VerifyAsync(secret, new ApiKeyVerificationContext(IPAddress.Parse(address)), Token)).Outcome;
    }

    [Fact]
    public async Task VerifyAsync_RevokedSecrets_CountAsFailuresButMalformedOnesDoNot()
    {
        await using var api = await TestApi.StartAsync(options => options.FailedAttempts.PerMinute = 1);
        var (_, revoked) = api.Issue(change: key => key with { RevokedAt = TestApi.Start });
        var caller = new ApiKeyVerificationContext(_client);
        for (var i = 0; i < 10; i++)
        {
            (await api.Verifier.VerifyAsync("hp_live_junk", caller, Token)).Outcome.Should().Be(ApiKeyOutcome.Malformed);
        }

        (await api.Verifier.VerifyAsync(revoked, caller, Token)).Outcome.Should().Be(ApiKeyOutcome.Revoked);
        (await api.Verifier.VerifyAsync(api.UnknownSecret(), caller, Token)).Outcome.Should().Be(ApiKeyOutcome.ClientThrottled);
    }

    [Fact]
    public async Task FailureThrottle_MoreClientsThanItHolds_DropsTheOldest()
    {
        await using var api = await TestApi.StartAsync(options => options.FailedAttempts.PerMinute = 1);
        var throttle = api.Services.GetRequiredService<FailureThrottle>();
        for (var i = 0; i <= 100_000; i++)
        {
            throttle.Observe(new ApiKeyVerdict(ApiKeyOutcome.Unknown), new ApiKeyVerificationContext(new IPAddress(i)), 0);
        }

        throttle.GetWait(new IPAddress(0)).Should().Be(0, "it was the oldest of 100,001");
        throttle.GetWait(new IPAddress(1)).Should().BePositive();
        throttle.GetWait(new IPAddress(100_000)).Should().BePositive();
    }

    [Fact]
    public async Task VerifyAsync_LegacySecrets_AreFoundByHashOnlyWhereTheHostSaysSo()
    {
        const string Legacy = "an older system's token ü";
        await using var without = await TestApi.StartAsync();
        await using var with = await TestApi.StartAsync(
            options => options.IsLegacySecret = token => token.StartsWith("an older", StringComparison.Ordinal));
        with.Issue(
            change: key => key with
            {
                Hash = new ApiKeyHash(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Legacy))),
            });

        (await without.Verifier.VerifyAsync(Legacy, default, Token)).Outcome.Should().Be(ApiKeyOutcome.Malformed);
        (await with.Verifier.VerifyAsync(Legacy, default, Token)).IsValid.Should().BeTrue();
        (await with.Verifier.VerifyAsync("hp_live_junk", default, Token)).Outcome.Should().Be(ApiKeyOutcome.Malformed);
        (await with.Verifier.VerifyAsync("an older" + new string('x', 600), default, Token)).Outcome.Should()
            .Be(ApiKeyOutcome.Malformed);
    }

    [Fact]
    public async Task VerifyAsync_CachedKey_AllocatesNothing()
    {
        await using var api = await TestApi.StartAsync();
        var (_, secret) = api.Issue(new CreateApiKeyRequest
        {
            Name = "Hot",
            Type = ApiKeyTypes.Production,
            AllowedNetworks = ["192.0.2.0/24", "198.51.100.0/24", "2001:db8::/32"],
            RateLimits = [new RateLimit(RateLimit.MaxPermits, TimeSpan.FromSeconds(1))],
        });
        var caller = new ApiKeyVerificationContext(_client);
        for (var i = 0; i < 100; i++)
        {
            await api.Verifier.VerifyAsync(secret, caller, Token);
        }

        // The test uses the best of several rounds, because other tests that collect metrics allocate on this thread too.
        Enumerable.Range(0, 10).Any(_ => Allocated() == 0).Should().BeTrue();

        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                var verdict = api.Verifier.VerifyAsync(secret, caller, CancellationToken.None);
                if (!verdict.IsCompletedSuccessfully)
                {
                    throw new InvalidOperationException("A cached key needs no waiting.");
                }
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
