using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.Tests;

public sealed class LookupTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task VerifyAsync_ThousandConcurrentFirstRequests_MakeOneStoreRead()
    {
        await using var api = await TestApi.StartAsync();
        var secret = api.Secret();
        var release = new TaskCompletionSource();
        api.Store.BeforeRead = _ => release.Task;

        var requests = Enumerable.Range(0, 1000).Select(_ => Task.Run(() => api.GetAsync("/read", secret), Token)).ToList();
        await TestApi.Until(() => api.Store.Reads == 1);
        release.SetResult();
        var answers = await Task.WhenAll(requests);

        answers.Should().OnlyContain(answer => answer.StatusCode == HttpStatusCode.OK);
        api.Store.Reads.Should().Be(1);
    }

    [Fact]
    public async Task VerifyAsync_FirstCallerHangsUp_FailsNobodyElse()
    {
        await using var api = await TestApi.StartAsync();
        var secret = api.Secret();
        var release = new TaskCompletionSource();
        api.Store.BeforeRead = async cancellationToken => await release.Task.WaitAsync(cancellationToken);
        using var hangUp = new CancellationTokenSource();

        var first = api.Verifier.VerifyAsync(secret, default, hangUp.Token).AsTask();
        var others = Enumerable.Range(0, 10).Select(_ => api.Verifier.VerifyAsync(secret, default, Token).AsTask()).ToList();
        await hangUp.CancelAsync();
        await first.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
        release.SetResult();

        (await Task.WhenAll(others)).Should().OnlyContain(verdict => verdict.IsValid);
        api.Store.Reads.Should().Be(1);
    }

    [Fact]
    public async Task VerifyAsync_KnownKey_IsReadAgainOnlyPastItsFreshness()
    {
        await using var api = await TestApi.StartAsync();
        var (key, secret) = api.Issue();
        await VerifyAsync(api, secret);
        api.Store.Change(key, stored => stored with { RevokedAt = api.Time.GetUtcNow() });

        api.Time.Advance(TimeSpan.FromSeconds(20));
        (await VerifyAsync(api, secret)).Outcome.Should().Be(ApiKeyOutcome.Valid);
        api.Store.Reads.Should().Be(1);

        api.Time.Advance(TimeSpan.FromSeconds(10));
        (await VerifyAsync(api, secret)).Outcome.Should()
            .Be(ApiKeyOutcome.Revoked, "a change outside the library takes effect within the lifetime");
        api.Store.Reads.Should().Be(2);
    }

    [Fact]
    public async Task VerifyAsync_InTheLastFifthOfFreshness_RefreshesInTheBackgroundOnce()
    {
        await using var api = await TestApi.StartAsync();
        var secret = api.Secret();
        await VerifyAsync(api, secret);
        var release = new TaskCompletionSource();
        api.Store.BeforeRead = _ => release.Task;

        // Freshness is 27 to 30 seconds, and its last fifth starts at 21.6 to 24 seconds.
        api.Time.Advance(TimeSpan.FromSeconds(25));
        for (var i = 0; i < 10; i++)
        {
            (await VerifyAsync(api, secret)).IsValid.Should().BeTrue("nobody waits for a refresh");
        }

        await TestApi.Until(() => api.Store.Reads == 2);
        release.SetResult();
        await TestApi.Until(() => Entry(api, secret)!.ReadAt == api.Time.GetUtcNow().UtcTicks);
        api.Time.Advance(TimeSpan.FromSeconds(20));
        (await VerifyAsync(api, secret)).IsValid.Should().BeTrue();
        api.Store.Reads.Should().Be(2);
    }

    [Fact]
    public async Task VerifyAsync_UnknownSecret_IsRememberedForFiveSeconds()
    {
        await using var api = await TestApi.StartAsync();
        var secret = api.UnknownSecret();
        for (var i = 0; i < 3; i++)
        {
            (await VerifyAsync(api, secret)).Outcome.Should().Be(ApiKeyOutcome.Unknown);
        }

        api.Store.Reads.Should().Be(1);

        api.Time.Advance(TimeSpan.FromSeconds(5));
        await VerifyAsync(api, secret);
        api.Store.Reads.Should().Be(2);
    }

    [Fact]
    public async Task VerifyAsync_FloodOfUnknownSecrets_EvictsNoGoodKey()
    {
        await using var api = await TestApi.StartAsync(options =>
        {
            (options.Cache.Capacity, options.Cache.NegativeCapacity) = (50, 20);
            options.FailedAttempts.PerMinute = 1_000_000;
        });
        var secrets = Enumerable.Range(0, 50).Select(_ => api.Secret()).ToList();
        foreach (var secret in secrets)
        {
            await VerifyAsync(api, secret);
        }

        for (var i = 0; i < 2000; i++)
        {
            (await VerifyAsync(api, api.UnknownSecret())).Outcome.Should().Be(ApiKeyOutcome.Unknown);
        }

        var reads = api.Store.Reads;
        foreach (var secret in secrets)
        {
            (await VerifyAsync(api, secret)).IsValid.Should().BeTrue();
        }

        api.Store.Reads.Should().Be(reads);
    }

    [Fact]
    public async Task VerifyAsync_CacheFull_CachesANewKey()
    {
        await using var api = await TestApi.StartAsync(options => options.Cache.Capacity = 10);
        for (var i = 0; i < 25; i++)
        {
            var secret = api.Secret();
            (await VerifyAsync(api, secret)).IsValid.Should().BeTrue();
            var reads = api.Store.Reads;
            (await VerifyAsync(api, secret)).IsValid.Should().BeTrue();
            api.Store.Reads.Should().Be(reads, $"key {i} was cached although the cache was full");
        }
    }

    [Fact]
    public async Task VerifyAsync_StoreFails_ServesTheLastKnownAnswerForFiveMinutesAtMost()
    {
        await using var api = await TestApi.StartAsync();
        var secret = api.Secret();
        await VerifyAsync(api, secret);
        api.Store.BeforeRead = _ => throw new InvalidOperationException("The database is away.");

        for (var minute = 1; minute < 5; minute++)
        {
            api.Time.Advance(TimeSpan.FromMinutes(1));
            (await VerifyAsync(api, secret)).Outcome.Should().Be(ApiKeyOutcome.Valid, $"it is minute {minute}");
        }

        api.Time.Advance(TimeSpan.FromMinutes(1));
        (await VerifyAsync(api, secret)).Outcome.Should().Be(ApiKeyOutcome.Unavailable);
        (await VerifyAsync(api, api.UnknownSecret())).Outcome.Should().Be(ApiKeyOutcome.Unavailable);
        api.Logs.Ours.Should().Contain(entry => entry.Level == LogLevel.Error && entry.Text.Contains("The database is away."));
    }

    [Fact]
    public async Task VerifyAsync_StoreFails_NeverServesPastTheKeysExpiry()
    {
        await using var api = await TestApi.StartAsync();
        var (_, secret) = api.Issue(
            new CreateApiKeyRequest { Name = "Short", Type = ApiKeyTypes.Production, ExpiresAt = TestApi.Start.AddMinutes(2) });
        await VerifyAsync(api, secret);
        api.Store.BeforeRead = _ => throw new InvalidOperationException();

        api.Time.Advance(TimeSpan.FromMinutes(1));
        (await VerifyAsync(api, secret)).IsValid.Should().BeTrue();
        api.Time.Advance(TimeSpan.FromMinutes(1));
        (await VerifyAsync(api, secret)).Outcome.Should().Be(ApiKeyOutcome.Expired);
    }

    [Fact]
    public async Task VerifyAsync_StoreFailsAfterARevocation_AdmitsNothing()
    {
        await using var api = await TestApi.StartAsync();
        var (key, secret) = api.Issue();
        await VerifyAsync(api, secret);
        await RevokeAsync(api, key);
        api.Store.BeforeRead = _ => throw new InvalidOperationException();

        (await VerifyAsync(api, secret)).IsValid.Should().BeFalse();
    }

    [Fact]
    public async Task VerifyAsync_RevokedWhileAReadFails_IsNotServedStale()
    {
        await using var api = await TestApi.StartAsync();
        var (key, secret) = api.Issue();
        await VerifyAsync(api, secret);
        api.Time.Advance(TimeSpan.FromMinutes(1));
        var release = new TaskCompletionSource();
        api.Store.BeforeRead = async _ =>
        {
            await release.Task;
            throw new InvalidOperationException();
        };

        var slow = api.Verifier.VerifyAsync(secret, default, Token).AsTask();
        await TestApi.Until(() => api.Store.Reads == 2);
        await RevokeAsync(api, key);
        release.SetResult();

        (await slow).Outcome.Should().Be(ApiKeyOutcome.Unavailable);
    }

    [Fact]
    public async Task VerifyAsync_ManyRoundsOfConcurrentFirstRequests_ReadEachKeyOnce()
    {
        await using var api = await TestApi.StartAsync();
        var secrets = Enumerable.Range(0, 2000).Select(_ => api.Secret()).ToList();

        await Parallel.ForAsync(0, 4, Token, async (_, token) =>
        {
            foreach (var secret in secrets)
            {
                await api.Verifier.VerifyAsync(secret, default, token);
            }
        });

        api.Store.Reads.Should().Be(2000);
    }

    [Fact]
    public async Task VerifyAsync_StoreLooksForTheCurrentRequest_FindsNone()
    {
        await using var api = await TestApi.StartAsync();
        var secret = api.Secret();
        var ambient = new AsyncLocal<string?> { Value = "the first caller's" };
        string? seen = "not called";
        api.Store.BeforeRead = _ =>
        {
            seen = ambient.Value;
            return Task.CompletedTask;
        };

        await VerifyAsync(api, secret);

        seen.Should().BeNull("the read outlives the request that began it");
    }

    [Fact]
    public async Task VerifyAsync_ClockSetBack_DoesNotUseEntriesFromTheFuture()
    {
        var clock = new SettableClock { Now = TestApi.Start };
        await using var api = await TestApi.StartAsync(services: builder => builder.Services.AddSingleton<TimeProvider>(clock));
        var (key, secret) = api.Issue();
        await VerifyAsync(api, secret);
        clock.Now = TestApi.Start.AddHours(-2);
        api.Store.Change(key, stored => stored with { RevokedAt = clock.Now });

        (await VerifyAsync(api, secret)).Outcome.Should().Be(ApiKeyOutcome.Revoked);
    }

    [Fact]
    public async Task VerifyAsync_RecordWithoutName_IsUnavailableAndLogged()
    {
        await using var api = await TestApi.StartAsync();
        var (_, secret) = api.Issue(change: key => key with { Name = null! });

        using var response = await api.GetAsync("/read", secret);

        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task VerifyAsync_StoreComesBack_IsAskedAgain()
    {
        await using var api = await TestApi.StartAsync();
        var (key, secret) = api.Issue();
        await VerifyAsync(api, secret);
        api.Store.BeforeRead = _ => throw new InvalidOperationException();
        api.Time.Advance(TimeSpan.FromMinutes(1));
        await VerifyAsync(api, secret);
        api.Store.BeforeRead = _ => Task.CompletedTask;
        api.Store.Change(key, stored => stored with { RevokedAt = api.Time.GetUtcNow() });

        api.Time.Advance(TimeSpan.FromSeconds(5));

        (await VerifyAsync(api, secret)).Outcome.Should().Be(ApiKeyOutcome.Revoked);
    }

    [Fact]
    public async Task VerifyAsync_StoreHangs_IsUnavailableAfterTheTimeout()
    {
        await using var api = await TestApi.StartAsync();
        var secret = api.Secret();
        var hang = new TaskCompletionSource();
        api.Store.BeforeRead = _ => hang.Task;

        var verdict = api.Verifier.VerifyAsync(secret, default, Token).AsTask();
        await TestApi.Until(() => api.Store.Reads == 1);
        verdict.IsCompleted.Should().BeFalse();
        api.Time.Advance(TimeSpan.FromSeconds(2));

        (await verdict).Outcome.Should().Be(ApiKeyOutcome.Unavailable);
        api.Logs.Ours.Should().Contain(entry => entry.Text.Contains("did not answer within 2 s"));
        hang.SetResult();
    }

    [Fact]
    public async Task VerifyAsync_TooManyReadsAtOnce_AnswersTheRestAtOnce()
    {
        await using var api = await TestApi.StartAsync();
        var hang = new TaskCompletionSource();
        api.Store.BeforeRead = _ => hang.Task;
        var first = Enumerable.Range(0, 32).Select(_ => api.Verifier.VerifyAsync(api.Secret(), default, Token).AsTask()).ToList();
        await TestApi.Until(() => api.Store.Reads == 32);

        (await VerifyAsync(api, api.Secret())).Outcome.Should().Be(ApiKeyOutcome.Unavailable);

        hang.SetResult();
        (await Task.WhenAll(first)).Should().OnlyContain(verdict => verdict.IsValid);
        (await VerifyAsync(api, api.Secret())).IsValid.Should().BeTrue("the places are free again");
    }

    [Fact]
    public async Task VerifyAsync_StoreIsScoped_ReadsInAScopeOfItsOwn()
    {
        await using var api = await TestApi.StartAsync(
            services: builder => builder.Services.AddHirePandaApiKeys().AddStore<ScopedStore>(ServiceLifetime.Scoped));
        var (key, secret) = api.Issue();
        ScopedStore.Key = key;

        (await VerifyAsync(api, secret)).IsValid.Should().BeTrue();
        ScopedStore.LastReader!.IsDisposed.Should().BeTrue();
    }

    [Fact]
    public async Task VerifyAsync_StoreGivesAnotherKey_IsUnavailable()
    {
        await using var api = await TestApi.StartAsync(
            services: builder => builder.Services.AddHirePandaApiKeys().AddStore<ScopedStore>(ServiceLifetime.Transient));
        ScopedStore.Key = api.Issue().Key;

        (await VerifyAsync(api, api.UnknownSecret())).Outcome.Should().Be(ApiKeyOutcome.Unavailable);
    }

    [Fact]
    public async Task VerifyAsync_RecordThatCannotBeUsed_IsRefusedAndLogged()
    {
        await using var api = await TestApi.StartAsync();
        var (_, secret) = api.Issue(change: key => key with { AllowedNetworks = ["10.0.0.8/8"] });
        var (_, other) = api.Issue(change: key => key with { RateLimits = [new RateLimit(0, TimeSpan.FromSeconds(60))] });

        (await VerifyAsync(api, secret)).Outcome.Should().Be(ApiKeyOutcome.Unavailable);
        (await VerifyAsync(api, other)).Outcome.Should().Be(ApiKeyOutcome.Unavailable);
        api.Logs.Ours.Should().Contain(entry => entry.Text.Contains("10.0.0.8/8"));
    }

    [Fact]
    public async Task Forget_DuringASlowRead_TheReadIsMadeAgainAndTheOldAnswerNeverServes()
    {
        await using var api = await TestApi.StartAsync();
        var (key, secret) = api.Issue();
        var release = new TaskCompletionSource();
        api.Store.AfterRead = () => release.Task;

        // The read has already returned the active key when the revocation commits.
        var slow = api.Verifier.VerifyAsync(secret, default, Token).AsTask();
        await TestApi.Until(() => api.Store.Reads == 1);
        await RevokeAsync(api, key);
        var late = api.Verifier.VerifyAsync(secret, default, Token).AsTask();
        api.Store.AfterRead = () => Task.CompletedTask;
        release.SetResult();

        (await slow).Outcome.Should().Be(ApiKeyOutcome.Revoked);
        (await late).Outcome.Should().Be(ApiKeyOutcome.Revoked);
        (await VerifyAsync(api, secret)).Outcome.Should().Be(ApiKeyOutcome.Revoked, "the revoked key was not cached as active");
        api.Store.Reads.Should().Be(2);
    }

    private static async Task<ApiKeyVerdict> VerifyAsync(TestApi api, string secret)
        => await api.Verifier.VerifyAsync(secret, default, Token);

    private static async Task RevokeAsync(TestApi api, ApiKey key)
    {
        await using var scope = api.Services.CreateAsyncScope();
        var actor = new ApiKeyActor { Id = "test", Workspace = TestApi.Workspace, Tier = "admin" };
        (await scope.ServiceProvider.GetRequiredService<ApiKeyManager>().RevokeAsync(actor, key.Id, cancellationToken: Token))
            .Succeeded.Should().BeTrue();
    }

    private static CacheEntry? Entry(TestApi api, string secret)
    {
        var hash = api.Services.GetRequiredService<ApiKeySettings>()
            .Current.Hasher.Hash(System.Text.Encoding.ASCII.GetBytes(secret));
        return api.Services.GetRequiredService<KeyCache>().Get(hash);
    }

    private sealed class SettableClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class ScopedStore : IApiKeyStore, IDisposable
    {
        public static ApiKey? Key { get; set; }

        public static ScopedStore? LastReader { get; private set; }

        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;

        public ValueTask<ApiKey?> FindByHashAsync(IReadOnlyList<ApiKeyHash> hashes, CancellationToken cancellationToken)
        {
            LastReader = this;
            return new(Key);
        }
    }
}
