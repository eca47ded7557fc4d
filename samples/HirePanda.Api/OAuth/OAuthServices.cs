using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.EntityFrameworkCore.Models;
using OpenIddict.Server;

namespace HirePanda.Api;

/// <summary>Makes the sample an OAuth 2.0 and OpenID Connect server, on OpenIddict.</summary>
internal static class OAuthServices
{
    /// <summary>The start of the paths of all endpoints.</summary>
    public const string Prefix = "/connect";

    public const string AuthorizePath = Prefix + "/authorize";

    private const string TokenPath = Prefix + "/token";

    /// <summary>A consent form repeats the parameters of the request.</summary>
    public const int MaxFormSize = 64 * 1024;

    /// <summary>Adds the server. Call it after <c>AddAccounts</c>.</summary>
    public static void AddOAuth(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = configuration.GetSection("OAuth").Get<OAuthOptions>() ?? new();
        services.AddOpenIddict()
            .AddCore(core => core.UseEntityFrameworkCore().UseDbContext<AccountsDbContext>()
                .ReplaceDefaultEntities<
                    OAuthClient, OAuthAuthorization, OpenIddictEntityFrameworkCoreScope, OAuthToken, string>())
            .AddServer(server => Configure(server, settings))
            .AddValidation(validation => validation.AddAudiences(PersonGrant.Audience));
        services.AddSingleton<OAuthKeyRing>();
        services.AddSingleton<IConfigureOptions<OpenIddictServerOptions>>(
            provider => provider.GetRequiredService<OAuthKeyRing>());
        services.AddSingleton<OAuthScopes>();
        services.AddSingleton<ConsentTicket>();
        services.AddSingleton<PersonGrant>();
        services.AddScoped<AppOrigins>();
        services.AddScoped<Consent>();
        services.AddHostedService<OAuthPruning>();
        services.AddOAuthLimit(settings.RequestsPerMinute);
    }

    public static void MapOAuth(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("").AllowAnonymous().ExcludeFromDescription()
            .WithMetadata(new RequestSizeLimitAttribute(MaxFormSize));
        pages.MapMethods(AuthorizePath, [.. PageRequest.Read, HttpMethods.Post], AuthorizeEndpoint.HandleAsync);
        pages.MapPost(TokenPath, TokenEndpoint.HandleAsync);
        AuthorizedApps.Map(pages);
        ClientEndpoints.Map(app);
    }

    private static void Configure(OpenIddictServerBuilder server, OAuthOptions settings)
    {
        server.SetAuthorizationEndpointUris(AuthorizePath[1..])
            .SetTokenEndpointUris(TokenPath[1..])
            .SetIntrospectionEndpointUris("connect/introspect")
            .SetRevocationEndpointUris("connect/revoke");
        server.AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange().AllowRefreshTokenFlow();
        server.SetAccessTokenLifetime(settings.AccessTokenLifetime)
            .SetRefreshTokenReuseLeeway(settings.RefreshTokenReuseLeeway);
        if (settings.Issuer is not null)
        {
            server.SetIssuer(settings.Issuer);
        }

        server.Configure(options =>
        {
            options.CodeChallengeMethods.Remove(OpenIddictConstants.CodeChallengeMethods.Plain);
            options.PromptValues.Remove(OpenIddictConstants.PromptValues.SelectAccount);

            // The others need an inline script, or show the code to scripts.
            options.ResponseModes.IntersectWith([OpenIddictConstants.ResponseModes.Query]);
        });
        server.UseAspNetCore().EnableAuthorizationEndpointPassthrough().EnableTokenEndpointPassthrough()
            .EnableErrorPassthrough().DisableTransportSecurityRequirement();
        OAuthHandlers.Add(server);
    }
}
