using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys;

/// <summary>Registers the authentication scheme and the services that act on its responses.</summary>
internal static class AuthenticationServices
{
    public static IServiceCollection AddAuthenticationServices(this IServiceCollection services)
    {
        // AddAuthentication() would add data protection, which reads and writes a key ring when the host starts. API keys do not
        // need it. A host that adds another scheme calls AddAuthentication() itself.
        services.AddAuthenticationCore(
            options => options.AddScheme<ApiKeyHandler>(ApiKeyDefaults.AuthenticationScheme, displayName: null));
        services.AddWebEncoders();
        services.AddTransient<ApiKeyHandler>();
        services.AddSingleton<KeylessRequests>();
        services.AddSingleton<ResponseHeaders>();
        services.AddSingleton<RequestCompletion>();
        return services;
    }
}
