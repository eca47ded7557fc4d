using OpenIddict.Abstractions;

namespace HirePanda.Api;

/// <summary>Deletes tokens and authorizations that ended long ago, once an hour.</summary>
internal sealed partial class OAuthPruning(IServiceScopeFactory scopes, TimeProvider time, ILogger<OAuthPruning> logger)
    : BackgroundService
{
    private static readonly TimeSpan _interval = TimeSpan.FromHours(1);

    /// <summary>Refresh tokens live as long, and one that was used must stay known until then.</summary>
    private static readonly TimeSpan _age = TimeSpan.FromDays(14);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await PruneAsync(stoppingToken);
            }
#pragma warning disable CA1031 // The next attempt is in an hour, whatever happened.
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogFailed(logger, exception.GetBaseException().Message);
            }
        }
    }

    internal async Task PruneAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var before = time.GetUtcNow() - _age;
        await scope.ServiceProvider.GetRequiredService<IOpenIddictTokenManager>().PruneAsync(before, cancellationToken);
        await scope.ServiceProvider.GetRequiredService<IOpenIddictAuthorizationManager>().PruneAsync(before, cancellationToken);
    }

    [LoggerMessage(1, LogLevel.Warning, "Old tokens could not be deleted: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
