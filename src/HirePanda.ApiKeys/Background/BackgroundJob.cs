using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// A job that runs repeatedly in the background: at an interval, and when <see cref="Wake"/> is called. Runs never overlap. A
/// run that fails is logged, and the next run tries again.
/// </summary>
/// <param name="interval">The time between two runs. With an infinite time, the job runs only when it is woken.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The logger for failures.</param>
internal abstract class BackgroundJob(TimeSpan interval, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private ITimer? _timer;
    private int _hasStarted;
    private int _isRunRequested;
    private bool _isFailing;

    /// <summary>Gets the longest time that the job can take to stop. The default is 0.3 seconds.</summary>
    public virtual TimeSpan TimeToStop => TimeSpan.FromSeconds(0.3);

    /// <summary>
    /// Gets the time from the start to the first run. With zero, the job runs at once. The default is the interval.
    /// </summary>
    protected virtual TimeSpan FirstRun => interval;

    /// <summary>Gets the log message for a failed run, which says what the failure means.</summary>
    protected abstract string FailureMessage { get; }

    protected TimeProvider Time => time;

    /// <summary>Starts the job without waiting for its first run.</summary>
    public void Start()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        // The timer starts only after the fields are set, because it may fire at once.
        _timer = time.CreateTimer(
            static job => ((BackgroundJob)job!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Interlocked.Exchange(ref _hasStarted, 1);
        var runsAtOnce = FirstRun == TimeSpan.Zero;
        RunIn(runsAtOnce ? interval : FirstRun);
        if (runsAtOnce || Volatile.Read(ref _isRunRequested) != 0)
        {
            Run();
        }
    }

    /// <summary>Requests a run: now, after the run in progress, or as soon as the job has started.</summary>
    public void Wake()
    {
        // If a run is already requested, it serves this request too.
        if (Interlocked.Exchange(ref _isRunRequested, 1) == 0 && Volatile.Read(ref _hasStarted) != 0)
        {
            Run();
        }
    }

    /// <summary>Runs once, after the run in progress.</summary>
    /// <returns>True if the run succeeded; otherwise, false.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public Task<bool> TryRunAsync(CancellationToken cancellationToken) => TryAsync(RunAsync, cancellationToken);

    /// <summary>Cancels the run in progress, and then finishes the remaining work.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _timer?.Dispose();
        await _stopping.CancelAsync().ConfigureAwait(false);

        // A failure of the last run is logged even if the run before it failed too.
        _isFailing = false;
        await TryAsync(FinishAsync, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Stops the job of a host that is disposed without being stopped. It does not dispose the gate and the token, because a run
    /// that did not end in time may still use them.
    /// </summary>
    public void Dispose()
    {
        _timer?.Dispose();
        _stopping.Cancel();
    }

    /// <summary>Runs the job once.</summary>
    protected abstract Task RunAsync(CancellationToken cancellationToken);

    /// <summary>Finishes the work that must be complete when the host stops. The default does nothing.</summary>
    protected virtual Task FinishAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Schedules the next run after a time other than the interval.</summary>
    protected void RunIn(TimeSpan due) => _timer?.Change(due, interval);

    /// <summary>Queues a run without the caller's execution context, because the caller may be a request.</summary>
    private void Run()
        => ThreadPool.UnsafeQueueUserWorkItem(static job => _ = job.RunRequestedAsync(), this, preferLocal: false);

    private async Task RunRequestedAsync()
    {
        try
        {
            await TryAsync(RunAndResetAsync, _stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The host is stopping.
        }

        Task RunAndResetAsync(CancellationToken cancellationToken)
        {
            // A call of Wake from here on requests another run. The exchange is a full fence before the run reads its work.
            Interlocked.Exchange(ref _isRunRequested, 0);
            return RunAsync(cancellationToken);
        }
    }

    private async Task<bool> TryAsync(Func<CancellationToken, Task> run, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await run(cancellationToken).ConfigureAwait(false);
            _isFailing = false;
            return true;
        }
#pragma warning disable CA1031 // A store or a host's code can throw any exception, and the next run may succeed.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            if (!_isFailing)
            {
                Log.JobFailed(logger, exception, FailureMessage);
            }

            _isFailing = true;
            return false;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Database clients report a cancellation with exceptions of their own.
            throw new OperationCanceledException("A background job of API keys was canceled.", exception, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }
}
