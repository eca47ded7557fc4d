using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys;

/// <summary>Registers the options, their validation, and the clock.</summary>
internal static class OptionsServices
{
    public static IServiceCollection AddOptionsServices(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<ApiKeyOptions>(ApiKeyDefaults.AuthenticationScheme)
            .PostConfigure<TimeProvider>((options, time) => options.TimeProvider ??= time).ValidateOnStart();
        services.AddSingleton<SchemeConfiguration>();
        services.AddSingleton<IOptionsChangeTokenSource<ApiKeyOptions>>(
            provider => provider.GetRequiredService<SchemeConfiguration>());
        services.AddSingleton<IOptionsFactory<ApiKeyOptions>, ApiKeyOptionsFactory>();
        services.AddSingleton<IValidateOptions<ApiKeyOptions>, ApiKeyOptionsValidator>();
        services.AddSingleton<ApiKeySettings>();
        return services;
    }
}
