using System.Collections.Concurrent;
using System.Diagnostics;

namespace HirePanda.ApiKeys.Tests;

/// <summary>
/// Requests to both nodes, whose number does not depend on how long the answers take: 100 a second with a key that is used all
/// the time, as many without a key, and 10 a second of each other kind.
/// </summary>
internal sealed class FaultLoad : IAsyncDisposable
{
    private readonly ConcurrentQueue<Answer> _answers = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly CancellationTokenSource _stop = new();
    private readonly FaultTopology _topology;
    private readonly string _known;
    private readonly string[] _fresh;
    private readonly Task _run;

    private FaultLoad(FaultTopology topology, string known, string[] fresh)
    {
        (_topology, _known, _fresh) = (topology, known, fresh);
        _run = RunAsync();
    }

    /// <summary>Gets or sets a value that indicates whether keys are sent that no node has used yet.</summary>
    public bool SendsFresh { get; set; }

    public double Elapsed => _watch.Elapsed.TotalSeconds;

    public static async Task<FaultLoad> StartAsync(FaultTopology topology)
    {
        var keys = await topology.CreateKeysAsync(21);
        var load = new FaultLoad(topology, keys[0], keys[1..]);
        await load.UntilAsync(load.Elapsed + 2);
        return load;
    }

    /// <summary>Waits until the load has run for a time, in seconds.</summary>
    public Task UntilAsync(double seconds) => Waiting.UntilAsync(() => Elapsed >= seconds, seconds: 60);

    /// <summary>Gets the answers to the requests of a kind that were sent in an interval.</summary>
    public IReadOnlyList<Answer> Get(RequestKind kind, double from, double to)
        => [.. _answers.Where(answer => answer.Kind == kind && answer.At >= from && answer.At < to)];

    /// <summary>Determines whether the last requests of every kind since a time got their normal answer.</summary>
    public bool IsNormalSince(double time) => Enum.GetValues<RequestKind>().All(kind =>
    {
        var last = Get(kind, time, double.MaxValue).OrderBy(answer => answer.At).TakeLast(4).ToList();
        return last.Count == 4 && last.TrueForAll(answer => answer.IsNormal);
    });

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _run;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        List<Task> running = [];
        for (var i = 0; !_stop.IsCancellationRequested; i++)
        {
            running.Add(SendAsync(RequestKind.Known, i, "/api/v1/jobs", _known));
            running.Add(SendAsync(RequestKind.NoKey, i, "/health", null));
            if (i % 10 == 0)
            {
                var turn = i / 10;
                running.Add(SendAsync(RequestKind.Unknown, turn, "/api/v1/jobs", _topology.MakeUnknownSecret()));
                running.Add(SendAsync(RequestKind.Management, turn, "/api/v1/api-keys", _topology.AdminSecret));
                if (SendsFresh)
                {
                    running.Add(SendAsync(RequestKind.Fresh, turn, "/api/v1/jobs", _fresh[turn % _fresh.Length]));
                }
            }

            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        await Task.WhenAll(running);
    }

    private async Task SendAsync(RequestKind kind, int turn, string path, string? secret)
    {
        var started = _watch.Elapsed;
        var (status, hasRetryAfter) = (0, false);
        try
        {
            var node = _topology.Nodes[turn % _topology.Nodes.Count];
            using var answer = await FaultTopology.SendAsync(node, HttpMethod.Get, path, secret);
            (status, hasRetryAfter) = ((int)answer.StatusCode, answer.Headers.RetryAfter is not null);
        }
        catch (HttpRequestException)
        {
            // There was no answer.
        }

        _answers.Enqueue(
            new(kind, started.TotalSeconds, (_watch.Elapsed - started).TotalMilliseconds, status, hasRetryAfter));
    }
}

/// <summary>What a request carries.</summary>
internal enum RequestKind
{
    /// <summary>A key that is used all the time, so that every node has cached it.</summary>
    Known,

    /// <summary>A valid key that no node has used before the fault.</summary>
    Fresh,

    /// <summary>A well-formed secret of no key.</summary>
    Unknown,

    /// <summary>A list of the keys, which needs the database.</summary>
    Management,

    /// <summary>No key.</summary>
    NoKey,
}

/// <summary>The answer to a request.</summary>
/// <param name="Kind">What the request carries.</param>
/// <param name="At">The time when it was sent, in seconds.</param>
/// <param name="Milliseconds">How long it took.</param>
/// <param name="Status">The status, or 0 if there was no answer.</param>
/// <param name="HasRetryAfter">True if the answer says when to try again.</param>
internal sealed record Answer(RequestKind Kind, double At, double Milliseconds, int Status, bool HasRetryAfter)
{
    /// <summary>Gets a value that indicates whether the answer is that of a time without faults.</summary>
    public bool IsNormal => Status == (Kind == RequestKind.Unknown ? 401 : 200);
}
