using System.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.EntityFrameworkCore;

/// <summary>
/// One operation: a scope with its context, outside any transaction that the host's request may be in. Npgsql cancels a command,
/// by token or at its command time-out, with a call that blocks for seconds where the server hangs. So commands have no time-out
/// of their own here; the caller's token and the time-out act on <see cref="Token"/> from a thread outside the thread pool.
/// </summary>
internal sealed class Session<TContext> : IAsyncDisposable
    where TContext : DbContext
{
    private readonly AsyncServiceScope _scope;
    private readonly TransactionScope? _outside;
    private readonly CancellationTokenSource? _cancellation;
    private readonly CancellationTokenRegistration _caller;
    private readonly Timer? _timer;
    private readonly TimeSpan _timeout;
    private readonly int? _hostTimeout;
    private int _isCancelled;

    public Session(AsyncServiceScope scope, CancellationToken cancellationToken)
    {
        _scope = scope;
        _outside = Transaction.Current is null
            ? null
            : new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
        Db = scope.ServiceProvider.GetRequiredService<TContext>();
        Token = cancellationToken;
        if (!Provider.IsPostgres(Db))
        {
            return;
        }

        _hostTimeout = Db.Database.GetCommandTimeout();
        _timeout = TimeSpan.FromSeconds(_hostTimeout ?? ConnectionsTimeout());
        Db.Database.SetCommandTimeout(0);

        // Not disposed of: the thread that cancels may come late.
        _cancellation = new CancellationTokenSource();
        Token = _cancellation.Token;
        _caller = cancellationToken.UnsafeRegister(static session => ((Session<TContext>)session!).Cancel(), this);
        if (_timeout > TimeSpan.Zero)
        {
            _timer = new Timer(
                static session => ((Session<TContext>)session!).Cancel(), this, _timeout, Timeout.InfiniteTimeSpan);
        }
    }

    public TContext Db { get; }

    /// <summary>Gets the token that every command of the operation gets.</summary>
    public CancellationToken Token { get; }

    /// <summary>Gives the next attempt the whole time.</summary>
    public void Restart() => _timer?.Change(_timeout, Timeout.InfiniteTimeSpan);

    public async ValueTask DisposeAsync()
    {
        await _caller.DisposeAsync().ConfigureAwait(false);
        if (_timer is not null)
        {
            await _timer.DisposeAsync().ConfigureAwait(false);
        }

        if (_cancellation is not null)
        {
            // The context may go back to a pool.
            Db.Database.SetCommandTimeout(_hostTimeout);
        }

        await _scope.DisposeAsync().ConfigureAwait(false);
        _outside?.Dispose();
    }

    /// <summary>Gets the command time-out of the connection string, in seconds; zero means none.</summary>
    private int ConnectionsTimeout()
    {
        using var command = Db.Database.GetDbConnection().CreateCommand();
        return command.CommandTimeout;
    }

    private void Cancel()
    {
        if (Interlocked.Exchange(ref _isCancelled, 1) == 0)
        {
            Task.Factory.StartNew(
                static cancellation => ((CancellationTokenSource)cancellation!).Cancel(),
                _cancellation,
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
        }
    }
}
