namespace HirePanda.ApiKeys;

/// <summary>Validates <see cref="ApiKeyUsageOptions"/>.</summary>
internal static class UsageOptionsValidator
{
    private const string Group = nameof(ApiKeyOptions.Usage);

    public static void Validate(ApiKeyUsageOptions usage, OptionErrors errors)
    {
        errors.CheckRange(
            $"{Group}:{nameof(usage.MinuteRetention)}", usage.MinuteRetention, TimeSpan.FromHours(2), TimeSpan.FromDays(31));
        errors.CheckRange(
            $"{Group}:{nameof(usage.HourRetention)}", usage.HourRetention, TimeSpan.FromDays(8), TimeSpan.FromDays(3650));
        errors.CheckRange(
            $"{Group}:{nameof(usage.DayRetention)}", usage.DayRetention, TimeSpan.FromDays(31), TimeSpan.FromDays(36_500));
        if (usage.CountryHeaderName is { Length: > 0 } name && !HeaderNameValidator.IsName(name))
        {
            errors.Add($"{Group}:{nameof(usage.CountryHeaderName)} must be the name of a header, or null for none.");
        }
    }
}
