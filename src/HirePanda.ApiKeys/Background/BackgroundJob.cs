using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Something that is done again and again in the background: when its time has come, or when somebody wakes it; never twice at
/// once. A run that fails is logged, and the next one tries again.
/// </summary>
/// <param name="interval">The time between two runs; infinite: only when it is woken.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Whom to tell of failures.</param>
internal abstract class BackgroundJob(TimeSpan interval, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private ITimer? _timer;
    private int _hasBegun;
    private int _isWanted;
    private bool _isFailing;

    /// <summary>The most that it may take to end: its share of the time that all have.</summary>
    public virtual TimeSpan TimeToStop => TimeSpan.FromSeconds(0.3);

    /// <summary>How long after the start it runs for the first time; zero: at once.</summary>
    protected virtual TimeSpan FirstRun => interval;

    /// <summary>What it means that a run failed, for the log.</summary>
    protected abstract string FailureMessage { get; }

    protected TimeProvider Time => time;

    /// <summary>Starts the job without waiting for its first run.</summary>
    public void Start()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        // It may fire at once, and by then this must be all set.
        _timer = time.CreateTimer(
            static job => ((BackgroundJob)job!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Interlocked.Exchange(ref _hasBegun, 1);
        var runsAtOnce = FirstRun == TimeSpan.Zero;
        RunIn(runsAtOnce ? interval : FirstRun);
        if (runsAtOnce || Volatile.Read(ref _isWanted) != 0)
        {
            Run();
        }
    }

    /// <summary>Requests a run: now, after the run that is under way, or as soon as the job has started.</summary>
    public void Wake()
    {
        // One that is wanted already stands for all.
        if (Interlocked.Exchange(ref _isWanted, 1) == 0 && Volatile.Read(ref _hasBegun) != 0)
        {
            Run();
        }
    }

    /// <summary>Runs once, after the run that is under way.</summary>
    /// <returns>Whether it succeeded.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public Task<bool> TryRunAsync(CancellationToken cancellationToken) => TryAsync(RunAsync, cancellationToken);

    /// <summary>Ends the run that is under way, and does what is left to do.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _timer?.Dispose();
        await _stopping.CancelAsync().ConfigureAwait(false);

        // The last failure is logged also where others were.
        _isFailing = false;
        await TryAsync(FinishAsync, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// For a host that is thrown away without being stopped; a run that was left alone at the stop may still use what it holds.
    /// </summary>
    public void Dispose()
    {
        _timer?.Dispose();
        _stopping.Cancel();
    }

    /// <summary>Does it once.</summary>
    protected abstract Task RunAsync(CancellationToken cancellationToken);

    /// <summary>Does what must not be left undone when the host stops.</summary>
    protected virtual Task FinishAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Says when the next run is due, if not an interval after the last one.</summary>
    protected void RunIn(TimeSpan due) => _timer?.Change(due, interval);

    /// <summary>Without the ambient state of a request, which may be the one that wakes it.</summary>
    private void Run() => ThreadPool.UnsafeQueueUserWorkItem(static job => _ = job.RunWantedAsync(), this, preferLocal: false);

    private async Task RunWantedAsync()
    {
        try
        {
            await TryAsync(RunAsWantedAsync, _stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }

        Task RunAsWantedAsync(CancellationToken cancellationToken)
        {
            // Whoever wakes it from here on wants another run; a full fence, before it looks at what there is to do.
            Interlocked.Exchange(ref _isWanted, 0);
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
#pragma warning disable CA1031 // Whatever a store or a host's code throws, the next run may succeed.
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
            // However a database's client says that it was cancelled.
            throw new OperationCanceledException("A background job of API keys was cancelled.", exception, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }
}
