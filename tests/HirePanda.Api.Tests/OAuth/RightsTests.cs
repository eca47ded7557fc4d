using System.Net;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Validation.AspNetCore;

namespace HirePanda.Api.Tests;

/// <summary>What tokens say, and that they never exceed what the person may do.</summary>
public sealed class RightsTests
{
    [Fact]
    public async Task AccessToken_SaysWhoMayDoWhatUntilItIsWithdrawn()
    {
        await using var host = await OAuthHost.StartAsync(services: services => services.AddSingleton<IStartupFilter, WhoAmI>());
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        var tokens = await host.GetTokensAsync(browser, app);

        using var response = await AskAsync(host, tokens.Access);
        using var revoked = await host.PostAsync(app, "revoke", ("token", tokens.Access));
        using var ended = await AskAsync(host, tokens.Access);

        var claims = (await response.TextAsync()).Split('\n');
        claims.Should().Contain($"client_id={app.Id}").And.Contain("workspace=acme").And.Contain("aud=hirepanda-api")
            .And.ContainSingle(claim => claim.StartsWith("sub="));
        claims.Where(claim => claim.StartsWith("oi_scp=", StringComparison.Ordinal)).Select(claim => claim["oi_scp=".Length..])
            .Should().BeEquivalentTo(OAuthHost.Scope.Split(' '));
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        ended.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Scopes_ThatThePersonLacks_AreNotGranted()
    {
        await using var host = await OAuthHost.StartAsync(services: services => services.AddReaders());
        var app = await host.RegisterAsync(scopes: "admin jobs:read jobs:write");
        using var browser = await host.SignInAsync();
        using var page = await browser.GetAsync(OAuthHost.AuthorizeUrl(app, "admin jobs:read jobs:write offline_access"));
        using var lacking = await browser.GetAsync(OAuthHost.AuthorizeUrl(app, "admin offline_access"));

        using var allowed = await OAuthHost.DecideAsync(browser, page, "allow");
        var tokens = await Tokens.ReadAsync(await host.RedeemAsync(app, OAuthHost.Answer(allowed)["code"]));

        (await page.TextAsync()).Should().Contain("<code>jobs:read</code>").And.NotContain("<code>jobs:write</code>")
            .And.NotContain("<code>admin</code>");
        OAuthHost.Answer(lacking)["error"].Should().Be("access_denied");
        tokens.Json.GetProperty("scope").GetString()!.Split(' ').Should().BeEquivalentTo("jobs:read", "offline_access");
    }

    private static async Task<HttpResponseMessage> AskAsync(OAuthHost host, string token)
    {
        using var browser = host.Open();
        return await browser.SendAsync(
            HttpMethod.Get, "/whoami", change: request => request.Headers.Authorization = new("Bearer", token));
    }

    /// <summary>Shows the claims of a token.</summary>
    private sealed class WhoAmI : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.MapWhen(context => context.Request.Path == "/whoami", branch => branch.UseAuthentication().Run(async context =>
            {
                var result = await context.AuthenticateAsync(OpenIddictValidationAspNetCoreDefaults.AuthenticationScheme);
                if (!result.Succeeded)
                {
                    context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                    return;
                }

                await context.Response.WriteAsync(
                    string.Join('\n', result.Principal.Claims.Select(claim => $"{claim.Type}={claim.Value}")));
            }));
            next(app);
        };
    }
}

/// <summary>People who may only read.</summary>
internal static class ReaderServices
{
    public static void AddReaders(this IServiceCollection services)
    {
        var inner = services.Last(service => service.ServiceType == typeof(IApiKeyActorResolver)).ImplementationFactory!;
        services.AddSingleton<IApiKeyActorResolver>(provider => new Readers((IApiKeyActorResolver)inner(provider)));
    }

    private sealed class Readers(IApiKeyActorResolver inner) : IApiKeyActorResolver
    {
        public async ValueTask<ApiKeyActor?> ResolveAsync(HttpContext context, CancellationToken cancellationToken)
            => await inner.ResolveAsync(context, cancellationToken) is { } actor
                ? actor.Key is null ? actor with { Tier = ApiKeyTiers.Read } : actor
                : null;
    }
}
