using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;
using OpenIddict.Abstractions;

namespace HirePanda.Api.Tests;

/// <summary>A token store that takes its time, which a database cannot be made to do to the millisecond.</summary>
public sealed class TokenEntryCacheTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly IOpenIddictTokenManager _tokens = Substitute.For<IOpenIddictTokenManager>();
    private readonly TaskCompletionSource _isRead = new();
    private readonly TaskCompletionSource<object?> _answer = new();
    private readonly ServiceProvider _services;
    private Func<ValueTask<object?>> _find;
    private readonly TokenEntryCache _cache;

    public TokenEntryCacheTests()
    {
        _find = () =>
        {
            _isRead.TrySetResult();
            return new ValueTask<object?>(_answer.Task);
        };
#pragma warning disable CA2012 // These calls only tell the substitute what to return.
        _tokens.FindByIdAsync("t", Arg.Any<CancellationToken>()).Returns(_ => _find());
        _tokens.HasStatusAsync(Arg.Any<object>(), OpenIddictConstants.Statuses.Valid, Arg.Any<CancellationToken>())
            .Returns(_ => new ValueTask<bool>(true));
#pragma warning restore CA2012
        _services = new ServiceCollection().AddScoped(_ => _tokens).BuildServiceProvider();
        _cache = new(_services.GetRequiredService<IServiceScopeFactory>(), _time);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_ThatDoesNotEnd_IsSharedAndWaitedForTwoSeconds()
    {
        var first = _cache.IsValidAsync("t", null).AsTask();
        await _isRead.Task.WaitAsync(Token);
        _time.Advance(TimeSpan.FromSeconds(1.9));
        var second = _cache.IsValidAsync("t", null).AsTask();
        var early = (first.IsCompleted, second.IsCompleted);

        _time.Advance(TimeSpan.FromSeconds(0.1));

        early.Should().Be((false, false));
        await FluentActions.Awaiting(() => first.WaitAsync(Token)).Should().ThrowAsync<TimeoutException>();
        await FluentActions.Awaiting(() => second.WaitAsync(Token)).Should().ThrowAsync<TimeoutException>();
        await _tokens.Received(1).FindByIdAsync("t", Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task Answer_IsKeptForASecond()
    {
        _answer.SetResult(new object());

        (await _cache.IsValidAsync("t", null)).Should().BeTrue();
        _time.Advance(TimeSpan.FromSeconds(0.9));
        (await _cache.IsValidAsync("t", null)).Should().BeTrue();
        await _tokens.Received(1).FindByIdAsync("t", Arg.Any<CancellationToken>());
        _time.Advance(TimeSpan.FromSeconds(0.1));
        (await _cache.IsValidAsync("t", null)).Should().BeTrue();

        await _tokens.Received(2).FindByIdAsync("t", Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task Failure_IsNotKept()
    {
        _find = () => ValueTask.FromException<object?>(new IOException("The store is down."));
        await FluentActions.Awaiting(async () => await _cache.IsValidAsync("t", null)).Should().ThrowAsync<IOException>();

        _find = () => new(new object());
        (await _cache.IsValidAsync("t", null)).Should().BeTrue();
    }

    public void Dispose()
    {
        _cache.Dispose();
        _services.Dispose();
    }
}
