using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Turns what requests bring about into alerts, away from the requests: keys near their limit, and clients that fail too often. Those that
/// try secrets of no key are the operator's, ten an hour and the rest in one.
/// </summary>
internal sealed class AlertWatch : BackgroundJob
{
    private const int MaxWaiting = 1_000;
    private const int MaxOfOperatorAnHour = 10;

    private readonly AlertRaiser _raiser;
    private readonly IServiceScopeFactory _scopes;
    private readonly ApiKeySettings _settings;

    /// <summary>What is to be done; each says whether it is, or must be tried again.</summary>
    private readonly ConcurrentQueue<Func<CancellationToken, Task<bool>>> _waiting = new();

    /// <summary>What the store could not take, to be tried again: who brought it about does not say so twice.</summary>
    private readonly Queue<Func<CancellationToken, Task<bool>>> _again = new();

    /// <summary>Clients beyond the operator's ten of an hour; null: none.</summary>
    private Rest? _rest;

    public AlertWatch(
        LimitReports limits, FailedAttempts failures, AlertRaiser raiser, IServiceScopeFactory scopes, ApiKeySettings settings, TimeProvider time, ILogger<AlertWatch> logger)
        : base(TimeSpan.FromMinutes(1), time, logger)
    {
        (_raiser, _scopes, _settings) = (raiser, scopes, settings);
        limits.Approached += LimitApproached;
        failures.Reached += FailuresReached;
    }

    public override TimeSpan TimeToStop => TimeSpan.FromSeconds(1);

    protected override string FailureMessage => "Alerts of API keys could not be raised; it is tried again in a minute.";

    /// <summary>Raises what waits, what could not be stored before, and what an hour that is over left to be summed.</summary>
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        await RaiseAgainAsync(cancellationToken).ConfigureAwait(false);
        while (_waiting.TryDequeue(out var raise))
        {
            await RaiseOrKeepAsync(raise, cancellationToken).ConfigureAwait(false);
        }

        if (_rest is { } rest && Time.GetUtcNow() >= rest.Hour.AddHours(1))
        {
            await RaiseRestAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The same, as long as the store takes it, and the sum of the hour that is not over yet.</summary>
    protected override async Task FinishAsync(CancellationToken cancellationToken)
    {
        await RaiseAgainAsync(cancellationToken).ConfigureAwait(false);
        while (_again.Count == 0 && _waiting.TryDequeue(out var raise))
        {
            await RaiseOrKeepAsync(raise, cancellationToken).ConfigureAwait(false);
        }

        await RaiseRestAsync(cancellationToken).ConfigureAwait(false);
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

    private void LimitApproached(ApiKey key, RateLimit limit, int used, DateTimeOffset now)
        => Enqueue(cancellationToken => RaiseAsync(
            key.Workspace,
            ApiKeyAlertKinds.RateLimitApproaching,
            $"{ApiKeyAlertKinds.RateLimitApproaching}:{key.Id}:{now.UtcDateTime:yyyy-MM-dd}",
            key.Id,
            string.Create(CultureInfo.InvariantCulture, $"The API key \"{key.Name}\" has used {used} of its {limit.Permits} requests per {limit.Window.TotalSeconds} s"),
            JsonSerializer.SerializeToElement(new LimitData(used, limit.Permits, (long)limit.Window.TotalSeconds), AlertJson.Contract.LimitData),
            cancellationToken));

    private void FailuresReached(string client, ApiKey? key, int attempts, DateTimeOffset now)
    {
        if ((key?.Workspace ?? _settings.Current.Options.OperatorWorkspace) is { } workspace)
        {
            Enqueue(cancellationToken => FailuresReachedAsync(workspace, client, key, attempts, now, cancellationToken));
        }
    }

    private async Task<bool> FailuresReachedAsync(
        string workspace, string client, ApiKey? key, int attempts, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var hour = UsageTime.Floor(now, ApiKeyUsageLevel.Hour);
        if (key is null && await CountAsync(workspace, hour, cancellationToken).ConfigureAwait(false) >= MaxOfOperatorAnHour)
        {
            if (_rest is { } rest && rest.Hour != hour)
            {
                await RaiseRestAsync(cancellationToken).ConfigureAwait(false);
            }

            _rest ??= new Rest(workspace, hour, 0, 0);
            _rest = _rest with { Clients = _rest.Clients + 1, Attempts = _rest.Attempts + attempts };
            return true;
        }

        var window = _settings.Current.Options.FailedAttemptsAlertWindow;
        return await RaiseAsync(
            workspace,
            ApiKeyAlertKinds.FailedAuthentication,
            $"{ApiKeyAlertKinds.FailedAuthentication}:{workspace}:{client}:{key?.Id}:{now.UtcDateTime:yyyy-MM-dd}",
            key?.Id,
            string.Create(CultureInfo.InvariantCulture, $"{attempts} attempts to authenticate from {client} failed within {window.TotalSeconds} s"),
            JsonSerializer.SerializeToElement(new FailuresData(client, attempts, (long)window.TotalSeconds), AlertJson.Contract.FailuresData),
            cancellationToken).ConfigureAwait(false);
    }

    private async Task RaiseRestAsync(CancellationToken cancellationToken)
    {
        if (_rest is not { } rest)
        {
            return;
        }

        var hour = rest.Hour.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture);
        var isDone = await RaiseAsync(
            rest.Workspace,
            ApiKeyAlertKinds.FailedAuthentication,
            $"{ApiKeyAlertKinds.FailedAuthentication}:{rest.Workspace}:rest:{hour}",
            null,
            string.Create(CultureInfo.InvariantCulture, $"{rest.Clients} more clients failed to authenticate too often in the hour from {hour}"),
            JsonSerializer.SerializeToElement(new MoreFailuresData(rest.Clients, rest.Attempts, hour), AlertJson.Contract.MoreFailuresData),
            cancellationToken).ConfigureAwait(false);
        _rest = isDone ? null : rest;
    }

    /// <summary>Fires an alert; false: the store could not take it.</summary>
    private async Task<bool> RaiseAsync(
        string workspace, string kind, string cause, string? keyId, string message, JsonElement? data, CancellationToken cancellationToken)
        => await _raiser.RaiseAsync(workspace, kind, cause, keyId, message, data, cancellationToken).ConfigureAwait(false) || _raiser.IsSettled(cause);

    private async Task<int> CountAsync(string workspace, DateTimeOffset since, CancellationToken cancellationToken)
    {
        try
        {
            await using var scope = _scopes.CreateAsyncScope();
            return scope.ServiceProvider.GetService<IApiKeyStore>() is IApiKeyAlertStore store
                ? await store.CountAlertsAsync(workspace, ApiKeyAlertKinds.FailedAuthentication, since, cancellationToken).ConfigureAwait(false)
                : 0;
        }
#pragma warning disable CA1031 // The raiser says what a store that cannot answer means.
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return 0;
        }
    }

    private sealed record Rest(string Workspace, DateTimeOffset Hour, int Clients, int Attempts);
}
