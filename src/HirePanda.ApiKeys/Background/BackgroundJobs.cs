using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Creates and starts the background jobs when the host has started. The host does not wait for them. When the host stops, the
/// jobs stop one after another, in reverse order, and share one time limit, so that an unavailable store does not delay the stop
/// until a supervisor kills the process.
/// </summary>
internal sealed class BackgroundJobs(
    IServiceProvider services,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<BackgroundJobs> logger) : IHostedService
{
    /// <summary>
    /// The time after which the jobs start even if the host has not. Some hosts serve long before they have started.
    /// </summary>
    private static readonly TimeSpan _startTimeout = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan _timeToStop = TimeSpan.FromSeconds(6);

    private readonly Lock _stopping = new();
    private readonly TaskCompletionSource<BackgroundJob[]> _jobs = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _start;
    private ITimer? _timer;
    private int _isStarting;
    private Task? _stop;

    /// <summary>Gets a task that completes when all jobs have started, or when a job could not be created.</summary>
    public Task Started => Task.WhenAny(_jobs.Task);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _timer = time.CreateTimer(
            static jobs => ((BackgroundJobs)jobs!).StartJobs(), this, _startTimeout, Timeout.InfiniteTimeSpan);
        _start = lifetime.ApplicationStarted.UnsafeRegister(static jobs => ((BackgroundJobs)jobs!).StartJobs(), this);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Stops the jobs once. If a host is stopped twice at the same time, both calls end together, so that neither disposes
    /// services that the other still uses. The method ignores the host's token, which may already be canceled. The jobs have
    /// their own time limit instead.
    /// </summary>
    /// <exception cref="Exception">A job could not be created. The exception lets the process end with an error.</exception>
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
            // The host failed to start before it called StartAsync.
            return;
        }

        var startedAt = time.GetTimestamp();
        await _timer.DisposeAsync().ConfigureAwait(false);
        await _start.DisposeAsync().ConfigureAwait(false);

        // Jobs that have not started yet start now, because there may be data to store.
        StartJobs();
        await Started.WaitAsync(_timeToStop, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_jobs.Task.IsCompleted)
        {
            return;
        }

        foreach (var job in (await _jobs.Task.ConfigureAwait(false)).Reverse())
        {
            var left = _timeToStop - time.GetElapsedTime(startedAt);
            await StopAsync(job, left < job.TimeToStop ? left : job.TimeToStop).ConfigureAwait(false);
        }
    }

    /// <summary>Creates and starts the jobs once, without blocking the caller.</summary>
    private void StartJobs()
    {
        if (Interlocked.Exchange(ref _isStarting, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static jobs => jobs.CreateAndStart(), this, preferLocal: false);
        }
    }

    private void CreateAndStart()
    {
        try
        {
            BackgroundJob[] jobs = [.. services.GetServices<BackgroundJob>()];
            Array.ForEach(jobs, static job => job.Start());
            _jobs.SetResult(jobs);
        }
        catch (ObjectDisposedException)
        {
            // The host was disposed as soon as it had started.
            _jobs.SetResult([]);
        }
#pragma warning disable CA1031 // Any exception from creating a job means that the host is set up incorrectly.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.JobNotCreated(logger, exception);
            lifetime.StopApplication();
            _jobs.SetException(exception);
        }
    }

    /// <summary>Stops a job. When its time is over, the method returns even if the job ignores the token.</summary>
    private async Task StopAsync(BackgroundJob job, TimeSpan atMost)
    {
        if (atMost <= TimeSpan.Zero)
        {
            return;
        }

        // The source is not disposed, because a call that does not end in time may still read the token. The job stops on another
        // thread, because a database client may block when it is canceled.
#pragma warning disable CA2000
        var over = new CancellationTokenSource(atMost, time);
#pragma warning restore CA2000
        await Task.Run(() => job.StopAsync(over.Token), CancellationToken.None).WaitAsync(atMost, time, CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
