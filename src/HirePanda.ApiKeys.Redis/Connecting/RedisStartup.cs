using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys;

/// <summary>
/// Connects to Redis when the host starts, so that the first request already uses the shared limits. If Redis is unavailable,
/// the host starts without it or stops, as the options say.
/// </summary>
internal sealed class RedisStartup(
    RedisCheck check, RedisCircuit circuit, ChangePublisher publisher, IOptions<RedisApiKeyOptions> options, TimeProvider time)
    : IHostedService
{
    /// <summary>The longest time that the host waits for Redis. An attempt to connect usually fails within 2 seconds.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        publisher.Start();
        string? problem;
        try
        {
            problem = await check.FindProblemAsync(family: null, cancellationToken).WaitAsync(_patience, time, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            problem = $"it did not answer within {_patience.TotalSeconds} s";
        }

        if (problem is null)
        {
            circuit.Close();
        }
        else if (options.Value.DegradationMode == RedisDegradationMode.FallBackToLocal)
        {
            circuit.Report(problem);
        }
        else
        {
            throw new InvalidOperationException(
                $"Redis cannot be used for API keys: {problem}. Fix it, or set DegradationMode to FallBackToLocal.");
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
