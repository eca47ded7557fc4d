using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace HirePanda.Api.Tests;

/// <summary>Lets two refreshes pass the check of their token before either of them redeems it.</summary>
/// <param name="isFirstSlow">True if the refresh that redeems first issues its tokens after the other one was answered.</param>
internal sealed class Race(bool isFirstSlow)
{
    private readonly TaskCompletionSource _bothAreHere = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _oneIsAnswered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isOn;
    private int _arrived;

    public void AddTo(IServiceCollection services) => services.AddOpenIddict().AddServer(server =>
    {
        var redemption = OpenIddictServerHandlers.RedeemTokenEntry.Descriptor.Order;
        server.AddEventHandler<ProcessSignInContext>(
            handler => handler.UseInlineHandler(ArriveAsync).SetOrder(redemption - 400));
        server.AddEventHandler<ProcessSignInContext>(
            handler => handler.UseInlineHandler(PassAsync).SetOrder(redemption + 400));
    });

    /// <summary>Does something whenever a token has been checked and is not yet redeemed.</summary>
    public static void BeforeRedemption(IServiceCollection services, Func<Task> act)
        => services.AddOpenIddict().AddServer(server => server.AddEventHandler<ProcessSignInContext>(
            handler => handler.UseInlineHandler(_ => new(act()))
                .SetOrder(OpenIddictServerHandlers.RedeemTokenEntry.Descriptor.Order - 400)));

    public void Start() => _isOn = true;

    /// <summary>One of the two has its answer.</summary>
    public void Finish() => _oneIsAnswered.TrySetResult();

    private async ValueTask ArriveAsync(ProcessSignInContext context)
    {
        if (_isOn && context.Request?.IsRefreshTokenGrantType() == true)
        {
            if (Interlocked.Increment(ref _arrived) == 2)
            {
                _bothAreHere.SetResult();
            }

            await _bothAreHere.Task.WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    private async ValueTask PassAsync(ProcessSignInContext context)
    {
        if (_isOn && isFirstSlow && context.Request?.IsRefreshTokenGrantType() == true)
        {
            await _oneIsAnswered.Task.WaitAsync(TestContext.Current.CancellationToken);
        }
    }
}
