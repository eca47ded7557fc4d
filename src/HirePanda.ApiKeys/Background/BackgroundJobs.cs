using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Makes and starts what the library does in the background once the host has started, which does not wait for it, and ends it
/// one after the other when the host stops, the last one first, within a time that all share: a store that is away must not hold
/// the host up until its supervisor kills it.
/// </summary>
internal sealed class BackgroundJobs(
    IServiceProvider services,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<BackgroundJobs> logger) : IHostedService
{
    /// <summary>Some hosts serve long before they have started: then it begins without them.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan _timeToStop = TimeSpan.FromSeconds(6);

    private readonly Lock _stopping = new();
    private readonly TaskCompletionSource<BackgroundJob[]> _jobs = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _start;
    private ITimer? _timer;
    private int _isBeginning;
    private Task? _stop;

    /// <summary>Completes when all have started, or when one cannot be created.</summary>
    public Task Begun => Task.WhenAny(_jobs.Task);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _timer = time.CreateTimer(static jobs => ((BackgroundJobs)jobs!).Begin(), this, _patience, Timeout.InfiniteTimeSpan);
        _start = lifetime.ApplicationStarted.UnsafeRegister(static jobs => ((BackgroundJobs)jobs!).Begin(), this);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Stops the jobs, once. A host can be stopped twice at the same time; both calls end together, so that neither disposes of
    /// what the other still uses. Ignores the host's token, which may be canceled already: what is stored last has its own time.
    /// </summary>
    /// <exception cref="Exception">A job could not be made, so that the process must not seem to have ended well.</exception>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_stopping)
        {
            return _stop ??= StopOnceAsync();
        }
    }

    private async Task StopOnceAsync()
    {
        if (_timer is null)
        {
            // The host's start failed before it came here.
            return;
        }

        var begunAt = time.GetTimestamp();
        await _timer.DisposeAsync().ConfigureAwait(false);
        await _start.DisposeAsync().ConfigureAwait(false);

        // Even if they have not started, because there may be something to store.
        Begin();
        await Begun.WaitAsync(_timeToStop, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_jobs.Task.IsCompleted)
        {
            return;
        }

        foreach (var job in (await _jobs.Task.ConfigureAwait(false)).Reverse())
        {
            var left = _timeToStop - time.GetElapsedTime(begunAt);
            await StopAsync(job, left < job.TimeToStop ? left : job.TimeToStop).ConfigureAwait(false);
        }
    }

    /// <summary>Creates and starts them once, without holding up the caller.</summary>
    private void Begin()
    {
        if (Interlocked.Exchange(ref _isBeginning, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static jobs => jobs.Make(), this, preferLocal: false);
        }
    }

    private void Make()
    {
        try
        {
            BackgroundJob[] jobs = [.. services.GetServices<BackgroundJob>()];
            Array.ForEach(jobs, static job => job.Start());
            _jobs.SetResult(jobs);
        }
        catch (ObjectDisposedException)
        {
            // The host was thrown away as soon as it had started.
            _jobs.SetResult([]);
        }
#pragma warning disable CA1031 // Whatever a service of the host's throws that cannot be made, it is a mistake of its set-up.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.JobsNotMade(logger, exception);
            lifetime.StopApplication();
            _jobs.SetException(exception);
        }
    }

    /// <summary>When its time is over a job is left alone, even if it does not heed the token.</summary>
    private async Task StopAsync(BackgroundJob job, TimeSpan atMost)
    {
        if (atMost <= TimeSpan.Zero)
        {
            return;
        }

        // Not disposed of: a call that does not end in time may still ask the token. On another thread: a database's client may
        // block when it is cancelled.
#pragma warning disable CA2000
        var over = new CancellationTokenSource(atMost, time);
#pragma warning restore CA2000
        await Task.Run(() => job.StopAsync(over.Token), CancellationToken.None).WaitAsync(atMost, time, CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
