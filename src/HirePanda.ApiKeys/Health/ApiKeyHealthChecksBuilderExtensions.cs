using HirePanda.ApiKeys;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds API keys to the health checks of a host.</summary>
public static class ApiKeyHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a check that reports the store, the change feed, the age of usage that is not stored yet, and Redis if it is used.
    /// </summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">The name of the check. The default is <c>api_keys</c>.</param>
    /// <param name="failureStatus">
    /// The status for a problem. The default is <see cref="HealthStatus.Degraded"/>, because a host without its store or Redis
    /// still serves cached keys. A load balancer that takes all such hosts out of service would turn a problem into an outage.
    /// </param>
    /// <param name="tags">The tags of the check, or null for none. The default is null.</param>
    /// <returns>The health checks.</returns>
    public static IHealthChecksBuilder AddHirePandaApiKeys(
        this IHealthChecksBuilder builder,
        string name = "api_keys",
        HealthStatus failureStatus = HealthStatus.Degraded,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddCheck<ApiKeyHealthCheck>(name, failureStatus, tags ?? []);
    }
}
