using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Turns what requests bring about into alerts, away from the requests: keys near their limit, and clients that fail too often.
/// Those that try secrets of no key are the operator's.
/// </summary>
internal sealed class AlertWatch : BackgroundJob
{
    private const int MaxWaiting = 1_000;

    private readonly AlertRaiser _raiser;
    private readonly ApiKeySettings _settings;

    /// <summary>The alerts to raise. Each returns whether it is raised, or must be tried again.</summary>
    private readonly ConcurrentQueue<Func<CancellationToken, Task<bool>>> _waiting = new();

    /// <summary>The alerts that the store could not take. They are tried again, because their causes occur only once.</summary>
    private readonly Queue<Func<CancellationToken, Task<bool>>> _again = new();

    public AlertWatch(
        LimitReports limits,
        FailedAttempts failures,
        AlertRaiser raiser,
        ApiKeySettings settings,
        TimeProvider time,
        ILogger<AlertWatch> logger)
        : base(TimeSpan.FromMinutes(1), time, logger)
    {
        (_raiser, _settings) = (raiser, settings);
        limits.Approached += LimitApproached;
        failures.Reached += FailuresReached;
    }

    public override TimeSpan TimeToStop => TimeSpan.FromSeconds(0.5);

    protected override string FailureMessage => "Alerts of API keys could not be raised. The next attempt is in a minute.";

    /// <summary>Raises the waiting alerts, and those that could not be stored before.</summary>
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        await RaiseAgainAsync(cancellationToken).ConfigureAwait(false);
        while (_waiting.TryDequeue(out var raise))
        {
            await RaiseOrKeepAsync(raise, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Raises the same alerts, as long as the store takes them.</summary>
    protected override async Task FinishAsync(CancellationToken cancellationToken)
    {
        await RaiseAgainAsync(cancellationToken).ConfigureAwait(false);
        while (_again.Count == 0 && _waiting.TryDequeue(out var raise))
        {
            await RaiseOrKeepAsync(raise, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Does one thing, and keeps it where it could not be done, within bounds.</summary>
    private async Task RaiseOrKeepAsync(Func<CancellationToken, Task<bool>> raise, CancellationToken cancellationToken)
    {
        var isDone = false;
        try
        {
            isDone = await raise(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (!isDone && _again.Count < MaxWaiting)
            {
                _again.Enqueue(raise);
            }
        }
    }

    /// <summary>Does what could not be done before, up to the first that still cannot.</summary>
    private async Task RaiseAgainAsync(CancellationToken cancellationToken)
    {
        while (_again.TryPeek(out var raise) && await raise(cancellationToken).ConfigureAwait(false))
        {
            _again.Dequeue();
        }
    }

    private void Enqueue(Func<CancellationToken, Task<bool>> raise)
    {
        if (_waiting.Count < MaxWaiting)
        {
            _waiting.Enqueue(raise);
            Wake();
        }
    }

    private void LimitApproached(KeyActivity activity, ApiKey? key, RateLimit limit, int used, DateTimeOffset now)
    {
        // The length of the workspace separates the two names, and no key has such an id.
        var (workspace, client) = (activity.Workspace, activity.KeyId);
        var id = key?.Id ?? string.Create(CultureInfo.InvariantCulture, $"client {workspace.Length} {workspace} {client}");
        var caller = key is null ? $"client \"{client}\"" : $"API key \"{key.Name}\"";
        Enqueue(cancellationToken => _raiser.SettleAsync(
            workspace,
            ApiKeyAlertKinds.RateLimitApproaching,
            $"{ApiKeyAlertKinds.RateLimitApproaching}:{id}:{now.UtcDateTime:yyyy-MM-dd}",
            key?.Id,
            string.Create(
                CultureInfo.InvariantCulture,
                $"The {caller} has used {used} of its {limit.Permits} requests per {limit.Window.TotalSeconds} s"),
            JsonSerializer.SerializeToElement(
                new LimitData(used, limit.Permits, (long)limit.Window.TotalSeconds), AlertJson.Contract.LimitData),
            cancellationToken));
    }

    private void FailuresReached(string client, ApiKey? key, int attempts, DateTimeOffset now)
    {
        if ((key?.Workspace ?? _settings.Current.Options.FailedAttempts.OperatorWorkspace) is { } workspace)
        {
            Enqueue(cancellationToken => FailuresReachedAsync(workspace, client, key, attempts, now, cancellationToken));
        }
    }

    private Task<bool> FailuresReachedAsync(
        string workspace, string client, ApiKey? key, int attempts, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var window = _settings.Current.Options.FailedAttempts.AlertWindow;
        return _raiser.SettleAsync(
            workspace,
            ApiKeyAlertKinds.FailedAuthentication,
            $"{ApiKeyAlertKinds.FailedAuthentication}:{workspace}:{client}:{key?.Id}:{now.UtcDateTime:yyyy-MM-dd}",
            key?.Id,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{attempts} attempts to authenticate from {client} failed within {window.TotalSeconds} s"),
            JsonSerializer.SerializeToElement(
                new FailuresData(client, attempts, (long)window.TotalSeconds), AlertJson.Contract.FailuresData),
            cancellationToken);
    }
}
