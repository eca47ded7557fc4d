using System.Data.Common;
using HirePanda.Api;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Lets the database of the accounts and of OAuth fail, or not answer.</summary>
internal sealed class Outage : DbConnectionInterceptor
{
    private readonly TaskCompletionSource _isWaitedFor = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _answer;
    private bool _blocks;

    public bool IsOn { get; set; }

    /// <summary>Gets a task that completes when something waits for the database.</summary>
    public Task Waiting => _isWaitedFor.Task;

    /// <summary>Lets new connections wait until <see cref="Release"/>.</summary>
    /// <param name="blocks">True if they block their thread, as those of SQLite do.</param>
    public void Hang(bool blocks)
        => (_blocks, _answer) = (blocks, new(TaskCreationOptions.RunContinuationsAsynchronously));

    public void Release() => _answer!.SetResult();

    public void AddTo(IServiceCollection services)
        => services.ConfigureDbContext<AccountsDbContext>(db => db.AddInterceptors(this));

    public override async ValueTask<InterceptionResult> ConnectionOpeningAsync(
        DbConnection connection,
        ConnectionEventData eventData,
        InterceptionResult result,
        CancellationToken cancellationToken = default)
    {
        if (_answer is { } answer)
        {
            _isWaitedFor.TrySetResult();
            if (_blocks)
            {
                answer.Task.Wait(CancellationToken.None);
            }

            await answer.Task.WaitAsync(cancellationToken);
        }

        return IsOn ? throw new Failure() : result;
    }

    private sealed class Failure : DbException;
}
