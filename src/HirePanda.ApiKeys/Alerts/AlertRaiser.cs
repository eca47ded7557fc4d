using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Fires alerts: stores each with the messages it causes, wakes the sender, and hands it to the host's sinks. The store decides who
/// was first, so that of several processes one fires. Of one kind a workspace gets a few in an hour, and the sum of the rest.
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
    /// Fires an alert unless its cause has fired one before. Where the workspace has had its number of this kind in the hour, counts it.
    /// </summary>
    /// <param name="workspace">The workspace whose people it is for.</param>
    /// <param name="kind">One of <see cref="ApiKeyAlertKinds"/>.</param>
    /// <param name="cause">What caused it: the same text never fires twice.</param>
    /// <param name="keyId">The key that it is about; null: none.</param>
    /// <param name="message">What happened, for people.</param>
    /// <param name="data">What happened, for programs; null: nothing besides.</param>
    /// <param name="cancellationToken">Cancels the call, unless the alert is stored already.</param>
    /// <returns>Whether this call fired it. A store or a sink that fails is logged and throws nothing.</returns>
    public ValueTask<bool> RaiseAsync(
        string workspace, string kind, string cause, string? keyId, string message, JsonElement? data, CancellationToken cancellationToken)
        => FireAsync(New(workspace, kind, cause, keyId, message, data), AddOrSumAsync, cancellationToken);

    /// <summary>Does the same for a caller who tries again what the store cannot take.</summary>
    /// <inheritdoc cref="RaiseAsync"/>
    /// <returns>Whether the cause is settled: its alert is stored, by whichever process, or counted, or there is no store for it.</returns>
    public async Task<bool> SettleAsync(
        string workspace, string kind, string cause, string? keyId, string message, JsonElement? data, CancellationToken cancellationToken)
        => await RaiseAsync(workspace, kind, cause, keyId, message, data, cancellationToken).ConfigureAwait(false)
            || _known.Contains(cause);

    /// <summary>Fires the sum of alerts that were only counted.</summary>
    /// <returns>Whether it is settled.</returns>
    public async Task<bool> SettleAsync(AlertSum sum, CancellationToken cancellationToken)
    {
        var alert = New(sum.Workspace, sum.Kind, sum.Cause, null, sum.Message, sum.Data);
        return await FireAsync(alert, AddAsync, cancellationToken).ConfigureAwait(false) || _known.Contains(sum.Cause);
    }

    private async ValueTask<bool> FireAsync(
        ApiKeyAlert alert, Func<IApiKeyAlertStore, ApiKeyAlert, CancellationToken, Task<bool>> add, CancellationToken cancellationToken)
    {
        if (_known.Contains(alert.Cause))
        {
            return false;
        }

        try
        {
            var scope = scopes.CreateAsyncScope();
            await using (scope.ConfigureAwait(false))
            {
                if (scope.ServiceProvider.GetService<IApiKeyStore>() is not IApiKeyAlertStore store)
                {
                    LogSeldom(() => Log.NoAlertStore(logger, alert.Kind));
                    _known.Add(alert.Cause);
                    return false;
                }

                if (!await add(store, alert, cancellationToken).ConfigureAwait(false))
                {
                    return false;
                }

                await SendAsync(scope.ServiceProvider, alert).ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // Alerts fail soft, whatever a store throws.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogSeldom(() => Log.AlertNotRaised(logger, exception, alert.Kind));
            return false;
        }

        return true;
    }

    private ApiKeyAlert New(string workspace, string kind, string cause, string? keyId, string message, JsonElement? data)
    {
        var now = Timestamps.Now(time);
        return new ApiKeyAlert
        {
            Id = "alr_" + Guid.CreateVersion7(now).ToString("N"),
            Workspace = workspace,
            Kind = kind,
            Cause = cause,
            KeyId = keyId,
            Message = message,
            RaisedAt = now,
            Data = data,
        };
    }

    private async Task<bool> AddOrSumAsync(IApiKeyAlertStore store, ApiKeyAlert alert, CancellationToken cancellationToken)
    {
        var hour = AlertSums.Hour(alert.RaisedAt);
        if (await store.CountAlertsAsync(alert.Workspace, alert.Kind, hour, cancellationToken).ConfigureAwait(false) < AlertSums.MaxAnHour)
        {
            return await AddAsync(store, alert, cancellationToken).ConfigureAwait(false);
        }

        var isStored = await store.HasAlertAsync(alert.Cause, cancellationToken).ConfigureAwait(false);
        if (_known.Add(alert.Cause) && !isStored)
        {
            sums.Add(alert);
        }

        return false;
    }

    private async Task<bool> AddAsync(IApiKeyAlertStore store, ApiKeyAlert alert, CancellationToken cancellationToken)
    {
        var webhooks = await store.ListWebhooksAsync(alert.Workspace, null, WebhookTargets.MaxWebhooks, cancellationToken).ConfigureAwait(false);
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
        _known.Add(alert.Cause);
        if (isAdded && deliveries.Count > 0)
        {
            sender.SendAdded();
        }

        return isAdded;
    }

    /// <summary>Hands an alert to every sink; one that cannot even be made harms nobody either.</summary>
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
#pragma warning disable CA1031 // A host's sink harms nobody else.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.AlertSinkFailed(logger, exception, alert.Id);
        }
    }

    /// <summary>At most one message a minute: a store that cannot answer must not flood the log.</summary>
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
