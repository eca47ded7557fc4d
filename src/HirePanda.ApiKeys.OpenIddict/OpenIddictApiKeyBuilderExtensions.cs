using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using OpenIddict.Validation;
using OpenIddict.Validation.AspNetCore;
using Polly;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace HirePanda.ApiKeys;

/// <summary>Accepts OAuth 2.0 access tokens that OpenIddict issues or introspects.</summary>
public static class OpenIddictApiKeyBuilderExtensions
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Accepts access tokens of the OpenIddict server in this app wherever API keys are accepted. The tiers and permissions of
    /// the catalog become scopes of the server. A token that is revoked, or whose authorization is, is refused within
    /// 2 seconds, because the answer of the token store is kept for 1 second. Protected resource metadata (RFC 9728) is served at
    /// <c>/.well-known/oauth-protected-resource</c>, and 401 challenges name it.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">Tokens of OpenIddict are already accepted.</exception>
    public static ApiKeyBuilder AcceptOpenIddictTokens(this ApiKeyBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        Accept(builder, validation => validation.UseLocalServer(), IsStillValidAsync);
        builder.Services.AddSingleton<TokenEntryCache>();
        builder.Services.AddOpenIddict().AddValidation(validation => validation.AddEventHandler(TokenEntryValidation.Descriptor));
        builder.Services.AddOptions<OpenIddictServerOptions>().Configure<ApiKeyCatalogReader>(
            (server, catalog) => server.Scopes.UnionWith(CatalogScopes.Get(catalog)));
        builder.Services.AddOptions<ProtectedResourceOptions>().Configure<IOptionsMonitor<OpenIddictServerOptions>>(
            (resource, server) => resource.Issuer = () => server.CurrentValue.Issuer);
        return builder;
    }

    /// <summary>
    /// Accepts access tokens of another OpenIddict server wherever API keys are accepted. With introspection (RFC 7662), the
    /// server is asked for every request, so a revoked token is refused at once. Without it, a token is accepted until it
    /// expires. While the server cannot be reached, the response is 503. Protected resource metadata (RFC 9728) is served at
    /// <c>/.well-known/oauth-protected-resource</c>, and 401 challenges name it.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">
    /// The delegate that sets the issuer, the client, and introspection. The HTTP client of the validation is already added. It
    /// waits at most 10 seconds and does not try again, because the caller waits too.
    /// </param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">Tokens of OpenIddict are already accepted.</exception>
    public static ApiKeyBuilder AcceptOpenIddictTokens(this ApiKeyBuilder builder, Action<OpenIddictValidationBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        Accept(
            builder,
            validation =>
            {
                validation.UseSystemNetHttp()
                    .ConfigureHttpClient(client => client.Timeout = _patience)
                    .SetHttpResiliencePipeline(ResiliencePipeline<HttpResponseMessage>.Empty);
                configure(validation);
            },
            (context, principal) => new(IsUnexpired(context, principal)));
        builder.Services.AddOptions<ProtectedResourceOptions>().Configure<IOptionsMonitor<OpenIddictValidationOptions>>(
            (resource, validation) => resource.Issuer = () => validation.CurrentValue.Issuer);
        return builder;
    }

    private static void Accept(
        ApiKeyBuilder builder,
        Action<OpenIddictValidationBuilder> configure,
        Func<HttpContext, ClaimsPrincipal, ValueTask<bool>> isStillValid)
    {
        builder.AcceptScheme(
            OpenIddictValidationAspNetCoreDefaults.AuthenticationScheme,
            scheme => (scheme.IsUnavailable, scheme.IsStillValid) = (IsUnavailable, isStillValid));
        builder.Services.AddOpenIddict().AddValidation(validation =>
        {
            validation.UseAspNetCore();
            validation.AddEventHandler(ProtectedResource.Descriptor);
            configure(validation);
        });
        builder.Services.Configure<ApiKeyOptions>(options => options.ResourceMetadataPath = ProtectedResource.Path);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, AuthenticationCheck>());
    }

    private static async ValueTask<bool> IsStillValidAsync(HttpContext context, ClaimsPrincipal principal)
        => IsUnexpired(context, principal)
            && principal.GetTokenId() is { } token
            && await context.RequestServices.GetRequiredService<TokenEntryCache>()
                .IsValidAsync(token, principal.GetAuthorizationId()).ConfigureAwait(false);

    private static bool IsUnexpired(HttpContext context, ClaimsPrincipal principal)
        => principal.GetExpirationDate() is not { } end
            || context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow() < end;

    /// <summary>Determines whether a failure is not about the token: the server cannot answer, or refuses this API.</summary>
    private static bool IsUnavailable(AuthenticateResult result)
        => result.Properties?.GetString(OpenIddictValidationAspNetCoreConstants.Properties.Error)
            is Errors.ServerError or Errors.TemporarilyUnavailable or Errors.InvalidClient or Errors.UnauthorizedClient;
}
