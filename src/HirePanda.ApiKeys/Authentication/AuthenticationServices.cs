using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys;

/// <summary>Registers the authentication scheme and what it does with responses.</summary>
internal static class AuthenticationServices
{
    public static IServiceCollection AddAuthenticationServices(this IServiceCollection services)
    {
        // Not AddAuthentication(), which adds data protection: it reads and writes a key ring when the host starts, and API keys
        // do not need one. A host that adds another scheme calls it.
        services.AddAuthenticationCore(
            options => options.AddScheme<ApiKeyHandler>(ApiKeyDefaults.AuthenticationScheme, displayName: null));
        services.AddWebEncoders();
        services.AddTransient<ApiKeyHandler>();
        services.AddSingleton<ResponseHeaders>();
        services.AddSingleton<RequestCompletion>();
        return services;
    }
}
