using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>Returns the floor's result without the framework's base class.</summary>
internal sealed class BareHandler : IAuthenticationHandler
{
    public Task InitializeAsync(AuthenticationScheme scheme, HttpContext context) => Task.CompletedTask;

    public Task<AuthenticateResult> AuthenticateAsync() => FloorHandler.Result;

    public Task ChallengeAsync(AuthenticationProperties? properties) => Task.CompletedTask;

    public Task ForbidAsync(AuthenticationProperties? properties) => Task.CompletedTask;
}
