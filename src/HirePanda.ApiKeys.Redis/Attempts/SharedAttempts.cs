using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys;

/// <summary>
/// A background job that counts the failed attempts of all processes together, so that an attack on all of them is reported once.
/// Every second, it adds the attempts that this process has seen in Redis. The process whose attempts reach the threshold reports
/// them. While Redis is unavailable or cannot add attempts, each process reports those that it has counted itself.
/// </summary>
internal sealed class SharedAttempts : BackgroundJob
{
    private const string Resource = "attempts.lua";

    /// <summary>The most clients whose attempts wait. Attempts of further clients are not counted together.</summary>
    private const int MaxWaiting = 10_000;

    /// <summary>The most clients whose attempts are added in one run, those with the most attempts. The others wait.</summary>
    private const int MaxInRun = 100;

    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    private readonly RedisConnection _connection;
    private readonly RedisCircuit _circuit;
    private readonly FailedAttempts _attempts;
    private readonly ApiKeySettings _settings;
    private readonly string _keyPrefix;
    private readonly string _script = EmbeddedScript.Read(Resource);
    private readonly Dictionary<Source, Waiting> _waiting = [];
    private readonly Lock _lock = new();
    private bool _hasFailed;

    public SharedAttempts(
        RedisConnection connection,
        RedisCircuit circuit,
        FailedAttempts attempts,
        ApiKeySettings settings,
        IOptions<RedisApiKeyOptions> options,
        TimeProvider time,
        ILogger<SharedAttempts> logger)
        : base(_interval, time, logger)
    {
        (_connection, _circuit, _attempts, _settings) = (connection, circuit, attempts, settings);
        _keyPrefix = $"{options.Value.KeyPrefix}attempts:";
        circuit.Opened += () => attempts.IsCountedTogether = false;
        attempts.Counted += Count;
    }

    protected override TimeSpan FirstRun => TimeSpan.Zero;

    protected override string FailureMessage
        => "Failed attempts could not be counted in Redis. An attack on several processes may be reported late or not at all.";

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var batch = Take();
        _attempts.IsCountedTogether = _circuit.IsClosed && !_hasFailed;
        if (!_circuit.IsClosed || batch.Length == 0)
        {
            return;
        }

        var adding = Task.WhenAll(batch.Select(AddAsync));
        try
        {
            await adding.WaitAsync(_interval, Time, cancellationToken);
            _hasFailed = false;
        }
        catch
        {
            // Requests may not notice the failure, because they need other keys of Redis, or none.
            (_hasFailed, _attempts.IsCountedTogether) = (true, false);
            _ = adding.ContinueWith(
                static late => _ = late.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            throw;
        }
    }

    private void Count(ClientPartition client, ApiKey? key, long now)
    {
        var source = new Source(client, key?.Workspace);
        lock (_lock)
        {
            if (_waiting.TryGetValue(source, out var waiting) || _waiting.Count < MaxWaiting)
            {
                _waiting[source] = new(waiting.Attempts + 1, key, now);
            }
        }
    }

    private KeyValuePair<Source, Waiting>[] Take()
    {
        lock (_lock)
        {
            KeyValuePair<Source, Waiting>[] batch
                = [.. _waiting.OrderByDescending(source => source.Value.Attempts).Take(MaxInRun)];
            foreach (var (source, _) in batch)
            {
                _waiting.Remove(source);
            }

            return batch;
        }
    }

    private async Task AddAsync(KeyValuePair<Source, Waiting> entry)
    {
        var ((client, workspace), (attempts, key, now)) = (entry.Key, entry.Value);
        var options = _settings.Current.Options.FailedAttempts;
        var reached = await _connection.Database!.ScriptEvaluateAsync(
            _script,
            [$"{_keyPrefix}{{{client} {workspace}}}"],
            [attempts, (long)options.AlertWindow.TotalSeconds, options.AlertThreshold]).ConfigureAwait(false);
        if ((int)reached is > 0 and var total)
        {
            _attempts.Report(client, key, total, now);
        }
    }

    /// <param name="Client">The client.</param>
    /// <param name="Workspace">The workspace of the keys that the client tried, or null if it is unknown.</param>
    private readonly record struct Source(ClientPartition Client, string? Workspace);

    /// <param name="Attempts">The number of attempts.</param>
    /// <param name="Key">The key that the client tried last, or null if it is unknown.</param>
    /// <param name="At">The time of the last attempt, in ticks.</param>
    private readonly record struct Waiting(int Attempts, ApiKey? Key, long At);
}
