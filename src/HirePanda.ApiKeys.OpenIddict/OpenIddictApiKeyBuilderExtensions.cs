using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OpenIddict.Server;
using OpenIddict.Validation;
using OpenIddict.Validation.AspNetCore;

namespace HirePanda.ApiKeys;

/// <summary>Accepts OAuth 2.0 access tokens that OpenIddict issues or introspects.</summary>
public static class OpenIddictApiKeyBuilderExtensions
{
    /// <summary>
    /// Accepts access tokens of the OpenIddict server in this app wherever API keys are accepted. The tiers and permissions of
    /// the catalog become scopes of the server. A token that is revoked, or whose authorization is, is refused within 1 second,
    /// because the answer of the token store is kept that long. Protected resource metadata (RFC 9728) is served at
    /// <c>/.well-known/oauth-protected-resource</c>, and 401 challenges name it.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">Tokens of OpenIddict are already accepted.</exception>
    public static ApiKeyBuilder AcceptOpenIddictTokens(this ApiKeyBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        Accept(builder, validation => validation.UseLocalServer());
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
    /// expires. Protected resource metadata (RFC 9728) is served at <c>/.well-known/oauth-protected-resource</c>, and 401
    /// challenges name it.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">
    /// The delegate that sets the issuer, the client, and introspection. The HTTP client of the validation is already added.
    /// </param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">Tokens of OpenIddict are already accepted.</exception>
    public static ApiKeyBuilder AcceptOpenIddictTokens(this ApiKeyBuilder builder, Action<OpenIddictValidationBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        Accept(builder, validation =>
        {
            validation.UseSystemNetHttp();
            configure(validation);
        });
        builder.Services.AddOptions<ProtectedResourceOptions>().Configure<IOptionsMonitor<OpenIddictValidationOptions>>(
            (resource, validation) => resource.Issuer = () => validation.CurrentValue.Issuer);
        return builder;
    }

    private static void Accept(ApiKeyBuilder builder, Action<OpenIddictValidationBuilder> configure)
    {
        builder.AcceptScheme(OpenIddictValidationAspNetCoreDefaults.AuthenticationScheme);
        builder.Services.AddOpenIddict().AddValidation(validation =>
        {
            validation.UseAspNetCore();
            configure(validation);
        });
        builder.Services.Configure<ApiKeyOptions>(options => options.ResourceMetadataPath = ProtectedResource.Path);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, ProtectedResource>());
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, AuthenticationCheck>());
    }
}
