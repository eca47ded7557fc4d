using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Delivers messages to webhooks. Messages are stored with the time of their next attempt, so they outlive this process. A lease
/// gives each attempt to one process.
/// </summary>
internal sealed class WebhookSender(
    WebhookClient client, IServiceScopeFactory scopes, TimeProvider time, ILogger<WebhookSender> logger)
    : BackgroundJob(_maxWait, time, logger)
{
    private const int AtOnce = 16;

    /// <summary>The limit for one webhook, so that a slow one does not take all places.</summary>
    private const int AtOnceToOne = 4;

    private const double MaxJitter = 0.1;

    /// <summary>The pause after each failed attempt. After the last one the message is given up.</summary>
    private static readonly TimeSpan[] _pauses =
    [
        TimeSpan.FromSeconds(5),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(2),
        TimeSpan.FromHours(5),
        TimeSpan.FromHours(10),
    ];

    /// <summary>The time after which a webhook that has only failed is disabled.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromDays(5);

    /// <summary>The length of a lease. It is longer than an attempt and storing its outcome can take.</summary>
    private static readonly TimeSpan _lease = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The time after its alert for which a finished message is kept. Pending messages and alerts are not deleted.
    /// </summary>
    private static readonly TimeSpan _retention = TimeSpan.FromDays(30);

    private static readonly TimeSpan _pruneInterval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan _maxWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _minWait = TimeSpan.FromSeconds(1);

    private DateTimeOffset _prunedAt = DateTimeOffset.MinValue;

    /// <summary>Completes when messages are added while a pass is running.</summary>
    private TaskCompletionSource? _added;

    /// <summary>Gets the time to the first run, which sends what an earlier process left.</summary>
    protected override TimeSpan FirstRun => _minWait;

    protected override string FailureMessage
        => "The messages of webhooks could not be read or written. This is tried again every minute.";

    /// <summary>Sends messages that were just stored, even while a pass is running.</summary>
    public void SendAdded()
    {
        Volatile.Read(ref _added)?.TrySetResult();
        Wake();
    }

    /// <summary>Sends all messages that are due. When an attempt ends, the next message takes its place.</summary>
    /// <returns>The time when the next message is due, or null if none is pending.</returns>
    internal async Task<DateTimeOffset?> SendDueAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        if (scope.ServiceProvider.GetService<IApiKeyAlertStore>() is not { } store)
        {
            return null;
        }

        var attempts = new List<(Task Task, string WebhookId)>(AtOnce);
        try
        {
            while (true)
            {
                // Created before the store is read, so that a message that is added later is not missed.
                var added = _added = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                while (attempts.Count < AtOnce && await LeaseAsync(store, attempts, cancellationToken) is { } leased)
                {
                    attempts.Add((AttemptAsync(leased.Webhook, leased.Delivery, cancellationToken), leased.Webhook.Id));
                }

                if (attempts.Count == 0)
                {
                    break;
                }

                var first = await Task.WhenAny([added.Task, .. attempts.Select(attempt => attempt.Task)]);
                attempts.RemoveAll(attempt => attempt.Task == first);
                await first;
            }
        }
        finally
        {
            // No attempt outlives the pass.
            await Task.WhenAll(attempts.Select(attempt => attempt.Task));
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

    /// <summary>Leases one message of a webhook that has a place left.</summary>
    private async Task<ApiKeyLeasedDelivery?> LeaseAsync(
        IApiKeyAlertStore store, List<(Task Task, string WebhookId)> attempts, CancellationToken cancellationToken)
    {
        string[] busy =
        [
            .. attempts.CountBy(attempt => attempt.WebhookId)
                .Where(count => count.Value >= AtOnceToOne).Select(count => count.Key),
        ];
        var now = Timestamps.Now(Time);
        var leased = await store.LeaseDeliveriesAsync(now, now + _lease, 1, busy, cancellationToken);
        return leased is [var first, ..] ? first : null;
    }

    private async Task PruneAsync(CancellationToken cancellationToken)
    {
        var now = Timestamps.Now(Time);
        if (now - _prunedAt < _pruneInterval)
        {
            return;
        }

        await using var scope = scopes.CreateAsyncScope();
        if (scope.ServiceProvider.GetService<IApiKeyAlertStore>() is { } store)
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
#pragma warning disable CA1031 // Every failure is tried again.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            failure = exception;
        }

        var now = Timestamps.Now(Time);
        var succeeded = status is >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices;
        var disabled = succeeded ? null
            : status == HttpStatusCode.Gone ? "It answered 410 Gone"
            : failure is not CryptographicException && now - webhook.FailingSince >= _patience
                ? $"It has failed for {_patience.Days} days"
            : null;
        var attempt = new ApiKeyDeliveryAttempt
        {
            Delivery = delivery,
            At = now,
            Succeeded = succeeded,
            NextAttemptAt = succeeded || disabled is not null || delivery.Attempts >= _pauses.Length
                ? null
                : Next(now, delivery.Attempts),
            DisabledReason = disabled,
        };
        if (failure is CryptographicException)
        {
            // The webhook is not disabled, because it works again when the host restores the pepper or key.
            Log.SecretUnreadable(logger, failure, webhook.Id, webhook.Workspace);
        }

        if (!succeeded)
        {
            var reason = status is null ? failure?.Message : $"status {(int)status}";
            Log.AttemptFailed(logger, webhook.Id, delivery.Id, delivery.Attempts + 1, reason, attempt.NextAttemptAt);
        }

        // Each attempt has its own scope, because several may end at the same time.
        await using var scope = scopes.CreateAsyncScope();
        var store = scope.ServiceProvider.GetRequiredService<IApiKeyAlertStore>();
        if (await store.SaveAttemptAsync(attempt, CancellationToken.None) && disabled is not null)
        {
            Log.WebhookDisabled(logger, webhook.Id, webhook.Workspace, disabled);
        }
    }

    private static DateTimeOffset Next(DateTimeOffset now, int failed)
        => Timestamps.ToMicroseconds(now + (_pauses[failed] * (1 + (Random.Shared.NextDouble() * MaxJitter))));
}
