using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HirePanda.ApiKeys;

/// <summary>Registers the delivery of webhooks.</summary>
internal static class WebhooksServices
{
    public static IServiceCollection AddWebhooksServices(this IServiceCollection services)
    {
        services.TryAddSingleton<IHostResolver, DnsResolver>();
        services.AddSingleton<HostLookups>();
        services.AddSingleton<WebhookTargets>();
        services.AddSingleton<WebhookSecrets>();
        services.AddSingleton<WebhookClient>();
        services.AddJob<WebhookSender>();
        return services;
    }
}
