using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Raises alerts: stores each alert with its messages, wakes the sender, and passes it to the host's sinks. The store decides
/// which process was first, so that one process raises it. A workspace gets a few alerts of a kind in an hour, and one alert that
/// sums the rest.
/// </summary>
internal sealed class AlertRaiser(
    IServiceScopeFactory scopes, WebhookSender sender, AlertSums sums, TimeProvider time, ILogger<AlertRaiser> logger)
{
    private const int MaxKnownCauses = 100_000;

    private static readonly TimeSpan _sinkTimeout = TimeSpan.FromSeconds(30);
    private static readonly long _logInterval = TimeSpan.FromMinutes(1).Ticks;

    private readonly KnownCauses _known = new(MaxKnownCauses);
    private long _loggedAt = long.MinValue / 2;

    /// <summary>
    /// Raises an alert unless one with the same deduplication key was raised before. If the workspace has reached the hourly
    /// number of alerts of this kind, the alert is only counted.
    /// </summary>
    /// <param name="workspace">The workspace that the alert is for.</param>
    /// <param name="kind">One of <see cref="ApiKeyAlertKinds"/>.</param>
    /// <param name="deduplicationKey">What caused it. The same text never raises two alerts.</param>
    /// <param name="keyId">The key that the alert is about, or null.</param>
    /// <param name="message">What happened, as text for people.</param>
    /// <param name="data">What happened, as JSON, or null.</param>
    /// <param name="cancellationToken">Cancels the call until the alert is stored.</param>
    /// <returns>true if this call raised the alert. An error of the store or a sink is logged and not thrown.</returns>
    public ValueTask<bool> RaiseAsync(
        string workspace,
        string kind,
        string deduplicationKey,
        string? keyId,
        string message,
        JsonElement? data,
        CancellationToken cancellationToken)
        => FireAsync(New(workspace, kind, deduplicationKey, keyId, message, data), AddOrSumAsync, cancellationToken);

    /// <summary>Raises an alert for a caller that tries again if the store does not answer.</summary>
    /// <inheritdoc cref="RaiseAsync"/>
    /// <returns>
    /// true if the alert needs no further try: some process has stored or counted it, or no alert store is registered.
    /// </returns>
    public async Task<bool> SettleAsync(
        string workspace,
        string kind,
        string deduplicationKey,
        string? keyId,
        string message,
        JsonElement? data,
        CancellationToken cancellationToken)
        => await RaiseAsync(workspace, kind, deduplicationKey, keyId, message, data, cancellationToken).ConfigureAwait(false)
            || _known.Contains(deduplicationKey);

    /// <summary>Raises one alert for those that were only counted.</summary>
    /// <returns>true if there is nothing to try again.</returns>
    public async Task<bool> SettleAsync(AlertSum sum, CancellationToken cancellationToken)
    {
        var alert = New(sum.Workspace, sum.Kind, sum.DeduplicationKey, null, sum.Message, sum.Data);
        return await FireAsync(alert, AddAsync, cancellationToken).ConfigureAwait(false) || _known.Contains(sum.DeduplicationKey);
    }

    private async ValueTask<bool> FireAsync(
        ApiKeyAlert alert,
        Func<IApiKeyAlertStore, ApiKeyAlert, CancellationToken, Task<bool>> add,
        CancellationToken cancellationToken)
    {
        if (_known.Contains(alert.DeduplicationKey))
        {
            return false;
        }

        try
        {
            var scope = scopes.CreateAsyncScope();
            await using (scope.ConfigureAwait(false))
            {
                if (scope.ServiceProvider.GetService<IApiKeyAlertStore>() is not { } store)
                {
                    LogSeldom(() => Log.NoAlertStore(logger, alert.Kind));
                    _known.Add(alert.DeduplicationKey);
                    return false;
                }

                if (!await add(store, alert, cancellationToken).ConfigureAwait(false))
                {
                    return false;
                }

                await SendAsync(scope.ServiceProvider, alert).ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // An alert that fails does not fail its caller.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogSeldom(() => Log.AlertNotRaised(logger, exception, alert.Kind));
            return false;
        }

        return true;
    }

    private ApiKeyAlert New(
        string workspace, string kind, string deduplicationKey, string? keyId, string message, JsonElement? data)
    {
        var now = Timestamps.Now(time);
        return new ApiKeyAlert
        {
            Id = "alr_" + Guid.CreateVersion7(now).ToString("N"),
            Workspace = workspace,
            Kind = kind,
            DeduplicationKey = deduplicationKey,
            KeyId = keyId,
            Message = message,
            RaisedAt = now,
            Data = data,
        };
    }

    private async Task<bool> AddOrSumAsync(IApiKeyAlertStore store, ApiKeyAlert alert, CancellationToken cancellationToken)
    {
        var hour = AlertSums.Hour(alert.RaisedAt);
        var count = await store.CountAlertsAsync(alert.Workspace, alert.Kind, hour, cancellationToken).ConfigureAwait(false);
        if (count < AlertSums.MaxAnHour)
        {
            return await AddAsync(store, alert, cancellationToken).ConfigureAwait(false);
        }

        var isStored = await store.HasAlertAsync(alert.DeduplicationKey, cancellationToken).ConfigureAwait(false);
        if (_known.Add(alert.DeduplicationKey) && !isStored)
        {
            sums.Add(alert);
        }

        return false;
    }

    private async Task<bool> AddAsync(IApiKeyAlertStore store, ApiKeyAlert alert, CancellationToken cancellationToken)
    {
        var webhooks = await store.ListWebhooksAsync(alert.Workspace, null, WebhookTargets.MaxWebhooks, cancellationToken)
            .ConfigureAwait(false);
        var payload = JsonSerializer.Serialize(AlertMessage.Of(alert), AlertJson.Contract.AlertMessage);
        var deliveries = webhooks.Where(webhook => webhook.DisabledAt is null).Select(webhook => new ApiKeyWebhookDelivery
        {
            Id = "msg_" + Guid.CreateVersion7(alert.RaisedAt).ToString("N"),
            WebhookId = webhook.Id,
            AlertId = alert.Id,
            Payload = payload,
            NextAttemptAt = alert.RaisedAt,
        }).ToList();
        var isAdded = await store.AddAlertAsync(alert, deliveries, cancellationToken).ConfigureAwait(false);
        _known.Add(alert.DeduplicationKey);
        if (isAdded && deliveries.Count > 0)
        {
            sender.SendAdded();
        }

        return isAdded;
    }

    /// <summary>Passes an alert to every sink. An error, even in a constructor, does not affect the other sinks.</summary>
    private async Task SendAsync(IServiceProvider services, ApiKeyAlert alert)
    {
        await TryAsync(alert, async () =>
        {
            foreach (var sink in services.GetServices<IApiKeyAlertSink>())
            {
                await TryAsync(alert, async () =>
                {
                    using var timeout = new CancellationTokenSource(_sinkTimeout, time);
                    await sink.SendAsync(alert, timeout.Token).AsTask().WaitAsync(timeout.Token).ConfigureAwait(false);
                }).ConfigureAwait(false);
            }
        }).ConfigureAwait(false);
    }

    private async Task TryAsync(ApiKeyAlert alert, Func<Task> send)
    {
        try
        {
            await send().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // An error of a host's sink does not affect others.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.AlertSinkFailed(logger, exception, alert.Id);
        }
    }

    /// <summary>Writes at most one message a minute, so that a store that does not answer does not flood the log.</summary>
    private void LogSeldom(Action log)
    {
        var now = time.GetUtcNow().UtcTicks;
        var logged = Volatile.Read(ref _loggedAt);
        if (Math.Abs(now - logged) >= _logInterval && Interlocked.CompareExchange(ref _loggedAt, now, logged) == logged)
        {
            log();
        }
    }
}
