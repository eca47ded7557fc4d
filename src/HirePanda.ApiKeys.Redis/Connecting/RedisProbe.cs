using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>A background job that checks Redis while requests do not ask it.</summary>
internal sealed class RedisProbe : BackgroundJob
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(500);

    /// <summary>The time between the first failure and the check that confirms it, so that a stall is not logged.</summary>
    private static readonly TimeSpan _confirmationInterval = TimeSpan.FromMilliseconds(50);

    private readonly RedisCheck _check;
    private readonly RedisCircuit _circuit;
    private bool _hasFailed;

    public RedisProbe(RedisCheck check, RedisCircuit circuit, TimeProvider time, ILogger<RedisProbe> logger)
        : base(Timeout.InfiniteTimeSpan, time, logger)
    {
        (_check, _circuit) = (check, circuit);
        circuit.Opened += Wake;
    }

    protected override TimeSpan FirstRun => TimeSpan.Zero;

    protected override string FailureMessage => "Redis could not be checked.";

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        if (_circuit.IsClosed)
        {
            return;
        }

        if (await _check.FindProblemAsync(_circuit.FailedFamily, cancellationToken) is { } problem)
        {
            if (_hasFailed)
            {
                _circuit.Report(problem);
            }

            RunIn(_hasFailed ? _interval : _confirmationInterval);
            _hasFailed = true;
        }
        else
        {
            _hasFailed = false;
            _circuit.Close();
        }
    }
}
