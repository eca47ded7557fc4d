using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys;

/// <summary>
/// Remembers whether requests ask Redis. The first failure stops them from asking. <see cref="RedisProbe"/> then checks Redis in
/// the background, and lets requests ask again. Only a confirmed failure is logged, so a short stall is not.
/// </summary>
internal sealed class RedisCircuit(IOptions<RedisApiKeyOptions> options, ILogger<RedisCircuit> logger)
{
    private readonly Lock _lock = new();
    private volatile bool _isClosed;
    private volatile string? _failedFamily;
    private bool _isReported;

    /// <summary>Occurs when requests stop asking Redis.</summary>
    public event Action? Opened;

    /// <summary>Gets a value that indicates whether requests ask Redis.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>Gets the family of the request that failed last, or null if none has failed.</summary>
    public string? FailedFamily => _failedFamily;

    /// <summary>Stops requests from asking, because a request for the family has failed.</summary>
    public void Open(string family)
    {
        lock (_lock)
        {
            if (!_isClosed)
            {
                return;
            }

            (_isClosed, _failedFamily) = (false, family);
        }

        Opened?.Invoke();
    }

    /// <summary>Logs once that a check has failed.</summary>
    public void Report(string problem)
    {
        lock (_lock)
        {
            if (_isReported)
            {
                return;
            }

            _isReported = true;
        }

        RedisLog.Unavailable(logger, problem, options.Value.DegradationMode switch
        {
            RedisDegradationMode.Admit => "no rate limit refuses a request",
            RedisDegradationMode.Refuse => "requests with a valid key are answered 503",
            _ => "rate limits apply to each process",
        });
    }

    /// <summary>Lets requests ask again.</summary>
    public void Close()
    {
        bool wasReported;
        lock (_lock)
        {
            _isClosed = true;
            wasReported = _isReported;
            _isReported = false;
        }

        if (wasReported)
        {
            RedisLog.Available(logger);
        }
    }
}
