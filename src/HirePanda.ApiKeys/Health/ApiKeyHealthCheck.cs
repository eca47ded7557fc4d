using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace HirePanda.ApiKeys;

/// <summary>Reports the store, the change feed, the storing of usage, and what packages add, such as Redis.</summary>
internal sealed class ApiKeyHealthCheck(IEnumerable<IHealthSource> sources) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var data = new Dictionary<string, object>(StringComparer.Ordinal);
        List<string> problems = [];
        foreach (var source in sources)
        {
            var problem = await source.FindProblemAsync(cancellationToken).ConfigureAwait(false);
            data[source.Name] = problem ?? "ok";
            if (problem is not null)
            {
                problems.Add(problem);
            }
        }

        return problems.Count == 0
            ? HealthCheckResult.Healthy("API keys are served.", data)
            : new HealthCheckResult(context.Registration.FailureStatus, string.Join(' ', problems), data: data);
    }
}
