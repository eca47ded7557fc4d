namespace HirePanda.ApiKeys;

/// <summary>Validates <see cref="ApiKeyAlertOptions"/>.</summary>
internal static class AlertOptionsValidator
{
    private const string Group = nameof(ApiKeyOptions.Alerts);
    private const int MaxExpiryDays = 1000;

    public static void Validate(ApiKeyAlertOptions alerts, OptionErrors errors)
    {
        errors.CheckRange($"{Group}:{nameof(alerts.RateLimitThreshold)}", alerts.RateLimitThreshold, 0.01, 1);
        errors.CheckRange(
            $"{Group}:{nameof(alerts.UnusualActivityWarmUp)}",
            alerts.UnusualActivityWarmUp,
            TimeSpan.FromDays(1),
            TimeSpan.FromDays(7));
        errors.CheckRange($"{Group}:{nameof(alerts.RotationAge)}", alerts.RotationAge, TimeSpan.Zero, TimeSpan.FromDays(3650));
        if (alerts.ExpiryDays is not { } days)
        {
            errors.Add($"{Group}:{nameof(alerts.ExpiryDays)} must not be null. Leave it empty for none.");
            return;
        }

        for (var i = 0; i < days.Count; i++)
        {
            errors.CheckRange($"{Group}:{nameof(alerts.ExpiryDays)}:{i}", days[i], 1, MaxExpiryDays);
        }
    }
}
