using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>Returns the same prepared result for every request.</summary>
internal sealed class FloorHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public static readonly Task<AuthenticateResult> Result = Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(
        new ClaimsPrincipal(
            new ClaimsIdentity([new Claim("sub", "key_1"), new Claim("scope", Scenario.Policy)], nameof(FloorHandler))),
        nameof(FloorHandler))));

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Result;
}
