using System.Net;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Looks up hosts that callers name. A lookup blocks a thread for as long as a name server likes, so lookups run on at most
/// <see cref="MaxAtOnce"/> threads of their own: a slow name server holds up other lookups, but no request. Callers wait for a
/// limited time, whatever becomes of the lookup.
/// </summary>
internal sealed class HostLookups(IHostResolver resolver, TimeProvider time, ILogger<HostLookups> logger)
{
    /// <summary>How many lookups run at once. One that hangs keeps its place until it ends.</summary>
    public const int MaxAtOnce = 4;

    /// <summary>How many of them can be for one workspace, so that others always find a place next to it.</summary>
    public const int MaxAtOnceForOne = 2;

    /// <summary>How many callers of one workspace can wait for a place. It is as many as deliveries run at once.</summary>
    public const int MaxWaitingForOne = 16;

    private static readonly TimeSpan _timeLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _logInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly List<HostLookup> _running = new(MaxAtOnce);
    private readonly List<HostLookup> _waiting = [];
    private DateTimeOffset _loggedAt = DateTimeOffset.MinValue;

    /// <summary>Looks up the addresses of a host.</summary>
    /// <param name="host">The host's name.</param>
    /// <param name="workspace">The workspace that named the host.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">There was no place for the lookup, or it did not end in time.</exception>
    public async Task<IPAddress[]> FindAsync(string host, string workspace, CancellationToken cancellationToken)
    {
        var lookup = new HostLookup(host, workspace);
        lock (_lock)
        {
            if (_waiting.Count(other => other.Workspace == workspace) >= MaxWaitingForOne)
            {
                throw new TimeoutException("Too many hosts of the workspace are being looked up.");
            }

            _waiting.Add(lookup);
            if (TakeNext() is { } next)
            {
                Start(next);
            }
        }

        try
        {
            return await lookup.Addresses.Task.WaitAsync(_timeLimit, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            LogSlow();
            throw new TimeoutException("The host could not be looked up in time.");
        }
        finally
        {
            lock (_lock)
            {
                _waiting.Remove(lookup);
            }
        }
    }

    /// <summary>
    /// Gives a place to the first caller who can have one, or returns null if there is none. The caller holds the lock.
    /// </summary>
    private HostLookup? TakeNext()
    {
        var next = _running.Count == MaxAtOnce ? null
            : _waiting.Find(lookup => _running.Count(other => other.Workspace == lookup.Workspace) < MaxAtOnceForOne);
        if (next is not null)
        {
            _waiting.Remove(next);
            _running.Add(next);
        }

        return next;
    }

    /// <summary>
    /// Starts a thread, without the ambient state of the request, which the lookup may outlive. The caller holds the lock.
    /// </summary>
    private void Start(HostLookup lookup)
    {
        try
        {
            new Thread(Run) { IsBackground = true, Name = "API key host lookup" }.UnsafeStart(lookup);
        }
        catch
        {
            _running.Remove(lookup);
            throw;
        }
    }

    /// <summary>Looks up one host, and then those that have waited for the place.</summary>
    private void Run(object? state)
    {
        for (var lookup = (HostLookup?)state; lookup is not null;)
        {
            IPAddress[] addresses = [];
            Exception? failure = null;
            try
            {
                addresses = resolver.Resolve(lookup.Host);
            }
#pragma warning disable CA1031 // The thread is ours: whatever it meets belongs to the caller.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failure = exception;
            }

            var ended = lookup;
            lock (_lock)
            {
                _running.Remove(ended);
                lookup = TakeNext();
            }

            ended.End(addresses, failure);
        }
    }

    private void LogSlow()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (now - _loggedAt < _logInterval)
            {
                return;
            }

            _loggedAt = now;
        }

        Log.LookupsSlow(logger);
    }

    private sealed class HostLookup(string host, string workspace)
    {
        public string Host => host;

        public string Workspace => workspace;

        public TaskCompletionSource<IPAddress[]> Addresses { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void End(IPAddress[] addresses, Exception? failure)
        {
            if (failure is null)
            {
                Addresses.SetResult(addresses);
                return;
            }

            // Reading the exception marks it as seen, since the caller may have left.
            Addresses.SetException(failure);
            _ = Addresses.Task.Exception;
        }
    }
}

/// <summary>Looks up the addresses of a host.</summary>
internal interface IHostResolver
{
    /// <summary>Looks up the addresses of a host, and blocks the thread as long as that takes.</summary>
    /// <param name="host">The host's name.</param>
    IPAddress[] Resolve(string host);
}

/// <summary>
/// Looks up hosts as the machine does. There is no other way: on Linux, the asynchronous call blocks a thread of the pool.
/// </summary>
internal sealed class DnsResolver : IHostResolver
{
    public IPAddress[] Resolve(string host) => Dns.GetHostAddresses(host);
}
