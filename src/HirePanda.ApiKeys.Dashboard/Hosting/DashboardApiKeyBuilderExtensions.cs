using HirePanda.ApiKeys.Dashboard;
using Microsoft.AspNetCore.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the dashboard.</summary>
public static class DashboardApiKeyBuilderExtensions
{
    /// <summary>
    /// Adds the services of the dashboard. Map it with <c>MapHirePandaApiKeysDashboard</c>, and let an
    /// <see cref="HirePanda.ApiKeys.IApiKeyActorResolver"/> map your users to their workspaces.
    /// </summary>
    /// <param name="builder">The API keys of the host.</param>
    /// <param name="configure">Configures the dashboard, or null for the defaults. The default is null.</param>
    /// <returns>The builder.</returns>
    public static ApiKeyBuilder AddDashboard(this ApiKeyBuilder builder, Action<DashboardOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<DashboardOptions>().Configure(options => configure?.Invoke(options))
            .Validate(
                options => options.FormActionSources.All(ContentSecurityPolicy.IsOrigin),
                "FormActionSources must hold origins such as https://login.example.com, without path or wildcard.")
            .ValidateOnStart();
        builder.Services.AddAntiforgery();
        builder.Services.AddSingleton<ContentSecurityPolicy>();
        builder.Services.AddSingleton<DashboardAssets>();
        builder.Services.AddSingleton<DashboardAccess>();
        builder.Services.AddSingleton<PageRenderer>();
        builder.Services.AddSingleton<FormReader>();
        builder.Services.AddSingleton<ViewFactory>();
        builder.Services.AddSingleton<DashboardPipeline>();
        builder.Services.AddSingleton<IStartupFilter, DashboardStartupCheck>();
        return builder;
    }
}
