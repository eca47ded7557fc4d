using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>Raises alerts for keys that expire soon and keys that are old. It runs after the start and then every hour.</summary>
internal sealed class AlertReminders(
    AlertRaiser alerts, IServiceScopeFactory scopes, ApiKeySettings settings, TimeProvider time, ILogger<AlertReminders> logger)
    : BackgroundJob(TimeSpan.FromHours(1), time, logger)
{
    private const int PageSize = 500;

    /// <summary>The smallest step of stored times. It includes what comes due at this moment.</summary>
    private static readonly TimeSpan _step = TimeSpan.FromMicroseconds(1);

    /// <summary>Gets the time to the first run, so that the start does not wait for it.</summary>
    protected override TimeSpan FirstRun => TimeSpan.FromSeconds(1);

    protected override string FailureMessage => "The API keys to remind of could not be read. This is tried again in an hour.";

    /// <summary>Checks all keys once.</summary>
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var options = settings.Current.Options;
        var now = Timestamps.Now(Time);
        var query = new ApiKeyReminderQuery
        {
            Now = now,
            ExpiresBefore = options.Alerts.ExpiryDays.Count == 0
                ? null
                : now + TimeSpan.FromDays(options.Alerts.ExpiryDays.Max()) + _step,
            CreatedBefore = options.Alerts.RotationAge == TimeSpan.Zero ? null : now - options.Alerts.RotationAge + _step,
            Limit = PageSize,
        };
        if (query is { ExpiresBefore: null, CreatedBefore: null })
        {
            return;
        }

        IReadOnlyList<ApiKey> keys;
        do
        {
            keys = await ReadAsync(query, cancellationToken);
            foreach (var key in keys)
            {
                await RemindOfExpiryAsync(key, options.Alerts.ExpiryDays, now, cancellationToken);
                await RemindOfRotationAsync(key, options.Alerts.RotationAge, now, cancellationToken);
            }

            query = query with { AfterId = keys.Count == 0 ? null : keys[^1].Id };
        }
        while (keys.Count == PageSize);
    }

    /// <summary>Reads a page of keys. It is empty if the store of keys or the store of alerts is missing.</summary>
    private async Task<IReadOnlyList<ApiKey>> ReadAsync(ApiKeyReminderQuery query, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return scope.ServiceProvider.GetService<IApiKeyManagementStore>() is { } store
            && scope.ServiceProvider.GetService<IApiKeyAlertStore>() is not null
            ? await store.ListReminderKeysAsync(query, cancellationToken)
            : [];
    }

    /// <summary>
    /// Reminds of the expiry once for each of the days that have been reached, only for the one nearest to the expiry. A day that
    /// was reached before the key was created does not remind. A new expiry starts over.
    /// </summary>
    private async Task RemindOfExpiryAsync(
        ApiKey key, IReadOnlyList<int> days, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (key.ExpiresAt is not { } expiry
            || days.Where(day => expiry - now <= TimeSpan.FromDays(day)).DefaultIfEmpty().Min() is not (> 0 and var nearest)
            || expiry - key.CreatedAt < TimeSpan.FromDays(nearest))
        {
            return;
        }

        await alerts.RaiseAsync(
            key.Workspace,
            ApiKeyAlertKinds.KeyExpiring,
            Invariant($"{ApiKeyAlertKinds.KeyExpiring}:{key.Id}:{expiry.UtcTicks}:{nearest}"),
            key.Id,
            Invariant($"The API key '{key.Name}' ({key.Hint}) expires at {expiry.UtcDateTime:yyyy-MM-dd HH:mm} UTC"),
            JsonSerializer.SerializeToElement(new ExpiryData(expiry.UtcDateTime, nearest), AlertJson.Contract.ExpiryData),
            cancellationToken);
    }

    private async Task RemindOfRotationAsync(ApiKey key, TimeSpan age, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (age == TimeSpan.Zero || now - key.CreatedAt < age)
        {
            return;
        }

        await alerts.RaiseAsync(
            key.Workspace,
            ApiKeyAlertKinds.RotationDue,
            $"{ApiKeyAlertKinds.RotationDue}:{key.Id}",
            key.Id,
            Invariant(
                $"The API key '{key.Name}' ({key.Hint}) has been in use since {key.CreatedAt.UtcDateTime:yyyy-MM-dd}: rotate it"),
            JsonSerializer.SerializeToElement(
                new RotationData(key.CreatedAt.UtcDateTime, (key.CreatedAt + age).UtcDateTime), AlertJson.Contract.RotationData),
            cancellationToken);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
