using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys;

/// <summary>
/// Validates all options. It uses no annotations, expressions, or iterators, because loading and compiling their code delays the
/// start of a host.
/// </summary>
internal sealed class ApiKeyOptionsValidator : IValidateOptions<ApiKeyOptions>
{
    public ValidateOptionsResult Validate(string? name, ApiKeyOptions options)
    {
        var errors = new OptionErrors();
        CheckNames(options, errors);
        CheckLimits(options, errors);
        CacheOptionsValidator.Validate(options.Cache, errors);
        HashingOptionsValidator.Validate(options.Hashing, errors);
        FailedAttemptsOptionsValidator.Validate(options.FailedAttempts, errors);
        UsageOptionsValidator.Validate(options.Usage, errors);
        AlertOptionsValidator.Validate(options.Alerts, errors);
        new ApiKeyCatalogValidator(options.Catalog, errors.Messages).Validate();
        return errors.Messages.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors.Messages);
    }

    private static void CheckNames(ApiKeyOptions options, OptionErrors errors)
    {
        if (!ApiKeyCatalogValidator.IsPrefix(options.Brand))
        {
            errors.Add($"{nameof(options.Brand)} must be 1 to 16 lowercase letters and digits.");
        }

        if (options.PolicyPrefix is { Length: > 0 } prefix && !ApiKeyCatalogValidator.IsName(prefix))
        {
            errors.Add(
                $"{nameof(options.PolicyPrefix)} must be at most {ApiKeyCatalogValidator.MaxNameLength} letters, digits and "
                + "- _ . : or null for none.");
        }

        HeaderNameValidator.Validate(options.HeaderNames, errors);
    }

    private static void CheckLimits(ApiKeyOptions options, OptionErrors errors)
    {
        if (!options.DefaultRateLimit.IsValid)
        {
            errors.Add(ApiKeyCatalogValidator.Limit(nameof(options.DefaultRateLimit)));
        }

        if (options.MaxRateLimit is { IsValid: false })
        {
            errors.Add(ApiKeyCatalogValidator.Limit(nameof(options.MaxRateLimit)));
        }

        errors.CheckRange(nameof(options.MaxActiveKeys), options.MaxActiveKeys, 1, 10_000_000);
        errors.CheckRange(
            nameof(options.ExpiryHeaderWindow), options.ExpiryHeaderWindow, TimeSpan.Zero, TimeSpan.FromDays(1000));
    }
}
