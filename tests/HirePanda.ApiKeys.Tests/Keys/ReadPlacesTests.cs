using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The distribution of store reads when there are more requests for them than the limit.</summary>
public sealed class ReadPlacesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task VerifyAsync_JunkFromManyAddresses_LeavesPlacesForKeysThatWereKnown()
    {
        await using var api = await TestApi.StartAsync();
        var secret = api.Secret();
        (await VerifyAsync(api, secret, 0)).IsValid.Should().BeTrue();
        api.Services.GetRequiredService<KeyLookup>().Clear();
        var (hang, reads) = (new TaskCompletionSource(), api.Store.Reads);
        api.Store.BeforeRead = _ => hang.Task;
        var junk = Enumerable.Range(1, 200).Select(address => VerifyAsync(api, api.UnknownSecret(), address)).ToList();
        await TestApi.Until(() => junk.Count(verifying => verifying.IsCompleted) >= 200 - 64);
        api.Store.BeforeRead = _ => Task.CompletedTask;

        (await VerifyAsync(api, secret, 0)).IsValid.Should().BeTrue();

        hang.SetResult();
        (await Task.WhenAll(junk)).Count(verdict => verdict.Outcome == ApiKeyOutcome.Unknown)
            .Should().Be(32, "half of the places are for junk");
        api.Store.Reads.Should().Be(reads + 33);
    }

    [Fact]
    public async Task VerifyAsync_KnownKeysPastTheirFreshness_UseAllPlaces()
    {
        await using var api = await TestApi.StartAsync();
        var secrets = Enumerable.Range(0, 65).Select(_ => api.Secret()).ToList();
        foreach (var secret in secrets)
        {
            (await VerifyAsync(api, secret, 0)).IsValid.Should().BeTrue();
        }

        api.Services.GetRequiredService<KeyLookup>().Clear();
        var (hang, reads) = (new TaskCompletionSource(), api.Store.Reads);
        api.Store.BeforeRead = _ => hang.Task;
        var first = secrets.Take(64).Select(secret => VerifyAsync(api, secret, 0)).ToList();
        await TestApi.Until(() => api.Store.Reads == reads + 64);

        (await VerifyAsync(api, secrets[64], 0)).Outcome.Should().Be(ApiKeyOutcome.Unavailable);

        hang.SetResult();
        (await Task.WhenAll(first)).Should().OnlyContain(verdict => verdict.IsValid);
    }

    [Fact]
    public async Task VerifyAsync_NoPlaceLeft_IsLoggedOnceWithoutAnException()
    {
        await using var api = await TestApi.StartAsync(options => options.Cache.MaxStoreReads = 1);
        var hang = new TaskCompletionSource();
        api.Store.BeforeRead = _ => hang.Task;
        var first = VerifyAsync(api, api.Secret(), 0);

        for (var i = 0; i < 100; i++)
        {
            (await VerifyAsync(api, api.UnknownSecret(), i)).Outcome.Should().Be(ApiKeyOutcome.Unavailable);
        }

        hang.SetResult();
        (await first).IsValid.Should().BeTrue();
        var warnings = api.Logs.Ours.Where(entry => entry.Level >= LogLevel.Warning).ToList();
        warnings.Should().ContainSingle().Which.Text.Should().Contain("MaxStoreReads").And.NotContain("Exception");
    }

    [Fact]
    public async Task VerifyAsync_StoreThatBlocksWhenItIsCancelled_HoldsUpNobody()
    {
        await using var api = await TestApi.StartAsync();
        using var release = new ManualResetEventSlim();
        var (isCancelledOnThePool, cancelled) = (true, new TaskCompletionSource());
        api.Store.BeforeRead = token =>
        {
            token.Register(() =>
            {
                isCancelledOnThePool = Thread.CurrentThread.IsThreadPoolThread;
                cancelled.SetResult();
                release.Wait(TimeSpan.FromSeconds(30), CancellationToken.None);
            });
            return new TaskCompletionSource().Task;
        };
        var verifying = VerifyAsync(api, api.UnknownSecret(), 0);
        await TestApi.Until(() => api.Store.Reads == 1);
        api.Time.Advance(TimeSpan.FromSeconds(2));

        (await verifying).Outcome.Should().Be(ApiKeyOutcome.Unavailable);
        await cancelled.Task;
        isCancelledOnThePool.Should().BeFalse();
        release.Set();
    }

    private static Task<ApiKeyVerdict> VerifyAsync(TestApi api, string secret, long address)
        => api.Verifier.VerifyAsync(secret, new ApiKeyVerificationContext(new IPAddress(address)), Token).AsTask();
}
