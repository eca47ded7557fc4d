namespace HirePanda.ApiKeys;

/// <summary>Validates <see cref="ApiKeyFailedAttemptsOptions"/>.</summary>
internal static class FailedAttemptsOptionsValidator
{
    private const string Group = nameof(ApiKeyOptions.FailedAttempts);

    public static void Validate(ApiKeyFailedAttemptsOptions attempts, OptionErrors errors)
    {
        errors.CheckRange($"{Group}:{nameof(attempts.PerMinute)}", attempts.PerMinute, 1, RateLimit.MaxPermits);
        errors.CheckRange($"{Group}:{nameof(attempts.AlertThreshold)}", attempts.AlertThreshold, 2, 10_000);
        errors.CheckRange(
            $"{Group}:{nameof(attempts.AlertWindow)}", attempts.AlertWindow, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
    }
}
