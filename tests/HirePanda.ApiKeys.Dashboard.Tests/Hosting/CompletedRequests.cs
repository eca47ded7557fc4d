using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>
/// Knows when all requests have completed. A request is counted when its response has completed, and its caller can be ahead of
/// that.
/// </summary>
internal sealed class CompletedRequests : IStartupFilter
{
    private int _open;

    /// <summary>Waits until no request is under way.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        while (Volatile.Read(ref _open) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Registers before everything else, because the callbacks run in reverse order.</summary>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, following) =>
        {
            Interlocked.Increment(ref _open);
            context.Response.OnCompleted(() =>
            {
                Interlocked.Decrement(ref _open);
                return Task.CompletedTask;
            });
            return following(context);
        });
        next(app);
    };
}
