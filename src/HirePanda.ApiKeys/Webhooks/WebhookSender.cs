using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Delivers messages to webhooks. They are rows with the time of their next attempt, so they outlive this process; a lease gives each
/// attempt to one process only.
/// </summary>
internal sealed class WebhookSender(
    WebhookClient client, IServiceScopeFactory scopes, TimeProvider time, ILogger<WebhookSender> logger) : BackgroundJob(_maxWait, time, logger)
{
    private const int AtOnce = 16;

    /// <summary>So that one webhook that is slow does not take all places from the others.</summary>
    private const int AtOnceToOne = 4;

    private const double MaxJitter = 0.1;

    /// <summary>How long after each failed attempt the next one is due; after as many the message is given up.</summary>
    private static readonly TimeSpan[] _pauses =
    [
        TimeSpan.FromSeconds(5),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(2),
        TimeSpan.FromHours(5),
        TimeSpan.FromHours(10),
    ];

    /// <summary>A webhook that has failed so long, and never done otherwise, gets nothing any more.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromDays(5);

    /// <summary>Longer than an attempt and storing its end can take.</summary>
    private static readonly TimeSpan _lease = TimeSpan.FromMinutes(1);

    /// <summary>How long a message is kept from its alert on, for whoever looks into the table; one that is pending is kept longer. Alerts stay, as the audit does.</summary>
    private static readonly TimeSpan _retention = TimeSpan.FromDays(30);

    private static readonly TimeSpan _pruneInterval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan _maxWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _minWait = TimeSpan.FromSeconds(1);

    private DateTimeOffset _prunedAt = DateTimeOffset.MinValue;

    /// <summary>Ends when messages are added while a pass is under way.</summary>
    private TaskCompletionSource? _added;

    /// <summary>What an earlier process left.</summary>
    protected override TimeSpan FirstRun => _minWait;

    protected override string FailureMessage => "The messages of webhooks cannot be read or written; it is tried again every minute.";

    /// <summary>Has messages sent that were stored just now, also while others are under way.</summary>
    public void SendAdded()
    {
        Volatile.Read(ref _added)?.TrySetResult();
        Wake();
    }

    /// <summary>Sends all that is due: as soon as an attempt ends its place is given to the next message.</summary>
    /// <returns>When the next message will be due; null: none is pending.</returns>
    internal async Task<DateTimeOffset?> SendDueAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        if (scope.ServiceProvider.GetService<IApiKeyStore>() is not IApiKeyAlertStore store)
        {
            return null;
        }

        var attempts = new List<(Task Task, string WebhookId)>(AtOnce);
        try
        {
            while (true)
            {
                // Before it looks, so that nothing that is added later is missed.
                var added = _added = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                while (attempts.Count < AtOnce && await TakeAsync(store, attempts, cancellationToken) is { } one)
                {
                    attempts.Add((AttemptAsync(one.Webhook, one.Delivery, cancellationToken), one.Webhook.Id));
                }

                if (attempts.Count == 0)
                {
                    break;
                }

                var first = await Task.WhenAny([added.Task, .. attempts.Select(one => one.Task)]);
                attempts.RemoveAll(one => one.Task == first);
                await first;
            }
        }
        finally
        {
            // None outlives the pass, however it ends.
            await Task.WhenAll(attempts.Select(one => one.Task));
        }

        return await store.GetNextDeliveryAsync(cancellationToken);
    }

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        if (await SendDueAsync(cancellationToken) - Time.GetUtcNow() is { } wait && wait < _maxWait)
        {
            RunIn(wait < _minWait ? _minWait : wait);
        }

        await PruneAsync(cancellationToken);
    }

    /// <summary>Takes one message, of a webhook that has a place left.</summary>
    private async Task<ApiKeyLeasedDelivery?> TakeAsync(
        IApiKeyAlertStore store, List<(Task Task, string WebhookId)> attempts, CancellationToken cancellationToken)
    {
        string[] busy = [.. attempts.CountBy(one => one.WebhookId).Where(one => one.Value >= AtOnceToOne).Select(one => one.Key)];
        var now = Timestamps.Now(Time);
        return await store.LeaseDeliveriesAsync(now, now + _lease, 1, busy, cancellationToken) is [var one, ..] ? one : null;
    }

    private async Task PruneAsync(CancellationToken cancellationToken)
    {
        var now = Timestamps.Now(Time);
        if (now - _prunedAt < _pruneInterval)
        {
            return;
        }

        await using var scope = scopes.CreateAsyncScope();
        if (scope.ServiceProvider.GetService<IApiKeyStore>() is IApiKeyAlertStore store)
        {
            await store.PruneDeliveriesAsync(now - _retention, cancellationToken);
        }

        _prunedAt = now;
    }

    private async Task AttemptAsync(ApiKeyWebhook webhook, ApiKeyWebhookDelivery delivery, CancellationToken cancellationToken)
    {
        HttpStatusCode? status = null;
        Exception? failure = null;
        try
        {
            status = await client.SendAsync(webhook, delivery, cancellationToken);
        }
#pragma warning disable CA1031 // However it fails, it is tried again.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            failure = exception;
        }

        var now = Timestamps.Now(Time);
        var succeeded = status is >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices;
        var disabled = succeeded ? null
            : status == HttpStatusCode.Gone ? "It answered 410 Gone"
            : failure is not CryptographicException && now - webhook.FailingSince >= _patience ? $"It has failed for {_patience.Days} days"
            : null;
        var attempt = new ApiKeyDeliveryAttempt
        {
            Delivery = delivery,
            At = now,
            Succeeded = succeeded,
            NextAttemptAt = succeeded || disabled is not null || delivery.Attempts >= _pauses.Length ? null : Next(now, delivery.Attempts),
            DisabledReason = disabled,
        };
        if (failure is CryptographicException)
        {
            // The webhook stays: it works again as soon as the host has the pepper or key back.
            Log.SecretUnreadable(logger, failure, webhook.Id, webhook.Workspace);
        }

        if (!succeeded)
        {
            Log.AttemptFailed(logger, webhook.Id, delivery.Id, delivery.Attempts + 1, status is null ? failure?.Message : $"status {(int)status}", attempt.NextAttemptAt);
        }

        // Each attempt has a scope of its own: they end at the same time.
        await using var scope = scopes.CreateAsyncScope();
        var store = (IApiKeyAlertStore)scope.ServiceProvider.GetRequiredService<IApiKeyStore>();
        if (await store.SaveAttemptAsync(attempt, CancellationToken.None) && disabled is not null)
        {
            Log.WebhookDisabled(logger, webhook.Id, webhook.Workspace, disabled);
        }
    }

    private static DateTimeOffset Next(DateTimeOffset now, int failed)
        => Timestamps.ToMicroseconds(now + (_pauses[failed] * (1 + (Random.Shared.NextDouble() * MaxJitter))));
}
