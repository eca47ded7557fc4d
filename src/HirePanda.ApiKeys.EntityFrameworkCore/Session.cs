using System.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.EntityFrameworkCore;

/// <summary>
/// One operation: a scope with its context, outside any transaction of the host's request. When a token or a command time-out
/// cancels a command, Npgsql makes a call that blocks for seconds if the server hangs. Therefore, commands have no time-out here.
/// The caller's token and the time-out cancel <see cref="Token"/> on a thread outside the thread pool.
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
        _timeout = TimeSpan.FromSeconds(_hostTimeout ?? GetConnectionTimeout());
        Db.Database.SetCommandTimeout(0);

        // This source is not disposed, because the canceling thread can run later.
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

    /// <summary>Gets the token for every command of the operation.</summary>
    public CancellationToken Token { get; }

    /// <summary>Restarts the time-out for the next attempt.</summary>
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
            // The context can return to a pool.
            Db.Database.SetCommandTimeout(_hostTimeout);
        }

        await _scope.DisposeAsync().ConfigureAwait(false);
        _outside?.Dispose();
    }

    /// <summary>Gets the command time-out of the connection string in seconds, or zero for no time-out.</summary>
    private int GetConnectionTimeout()
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
