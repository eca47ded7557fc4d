using System.Buffers;
using System.Globalization;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace HirePanda.ApiKeys;

/// <summary>
/// What options may be. Without annotations, expressions and iterators: their libraries are loaded, and their code is compiled, while
/// a host waits to start.
/// </summary>
internal sealed class ApiKeyOptionsValidator : IValidateOptions<ApiKeyOptions>
{
    private const int MinPepperLength = 32;
    private const int MaxAlertDays = 1000;
    private static readonly SearchValues<char> _headerCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~");

    public ValidateOptionsResult Validate(string? name, ApiKeyOptions options)
    {
        var errors = new List<string>();
        CheckNames(options, errors);
        CheckNumbers(options, errors);
        CheckTimes(options, errors);
        CheckPeppers(options, errors);
        new ApiKeyCatalogValidator(options.Catalog, errors).Validate();
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static void CheckNames(ApiKeyOptions options, List<string> errors)
    {
        if (!ApiKeyCatalogValidator.IsPrefix(options.Brand))
        {
            errors.Add($"{nameof(options.Brand)} must be 1 to 16 lowercase letters and digits.");
        }

        if (options.HeaderName is { } header
            && (!IsHeaderName(header) || HeaderNames.Authorization.Equals(header, StringComparison.OrdinalIgnoreCase)))
        {
            errors.Add($"{nameof(options.HeaderName)} must be the name of a header other than Authorization, or null for none.");
        }

        if (options.CountryHeader is { Length: > 0 } country && !IsHeaderName(country))
        {
            errors.Add($"{nameof(options.CountryHeader)} must be the name of a header, or null for none.");
        }

        if (options.PolicyPrefix is { Length: > 0 } prefix && !ApiKeyCatalogValidator.IsName(prefix))
        {
            errors.Add(
                $"{nameof(options.PolicyPrefix)} must be at most {ApiKeyCatalogValidator.MaxNameLength} letters, digits and "
                + "- _ . : or null for none.");
        }
    }

    private static void CheckNumbers(ApiKeyOptions options, List<string> errors)
    {
        Within(nameof(options.FailedAttemptsPerMinute), options.FailedAttemptsPerMinute, 1, RateLimit.MaxPermits);
        Within(nameof(options.MaxActiveKeys), options.MaxActiveKeys, 1, 10_000_000);
        Within(nameof(options.CacheCapacity), options.CacheCapacity, 1, 100_000_000);
        Within(nameof(options.NegativeCacheCapacity), options.NegativeCacheCapacity, 1, 100_000_000);
        Within(nameof(options.MaxStoreReads), options.MaxStoreReads, 1, 100_000);
        Within(nameof(options.RateLimitAlertShare), options.RateLimitAlertShare, 0.01, 1);
        Within(nameof(options.FailedAttemptsAlert), options.FailedAttemptsAlert, 2, 10_000);
        if (!options.DefaultRateLimit.IsValid)
        {
            errors.Add(ApiKeyCatalogValidator.Limit(nameof(options.DefaultRateLimit)));
        }

        if (options.MaxRateLimit is { IsValid: false })
        {
            errors.Add(ApiKeyCatalogValidator.Limit(nameof(options.MaxRateLimit)));
        }

        // No Any, of which the instance over numbers is compiled when a host starts.
        var areInRange = options.ExpiryAlertDays is not null;
        foreach (var days in options.ExpiryAlertDays ?? [])
        {
            areInRange &= days is >= 1 and <= MaxAlertDays;
        }

        if (!areInRange)
        {
            errors.Add($"Every entry of {nameof(options.ExpiryAlertDays)} must be 1 to {MaxAlertDays}; leave it empty for none.");
        }

        void Within(string name, double value, double min, double max)
        {
            if (!(value >= min && value <= max))
            {
                errors.Add(string.Create(CultureInfo.InvariantCulture, $"{name} must be {min} to {max}, not {value}."));
            }
        }
    }

    private static void CheckTimes(ApiKeyOptions options, List<string> errors)
    {
        Within(nameof(options.CacheLifetime), options.CacheLifetime, TimeSpan.FromSeconds(1), ApiKeyOptions.MaxStaleness);
        Within(nameof(options.NegativeCacheLifetime), options.NegativeCacheLifetime, TimeSpan.Zero, ApiKeyOptions.MaxStaleness);
        Within(nameof(options.StoreTimeout), options.StoreTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        Within(nameof(options.ExpiryReminder), options.ExpiryReminder, TimeSpan.Zero, TimeSpan.FromDays(1000));
        Within(nameof(options.FailedAttemptsAlertWindow), options.FailedAttemptsAlertWindow, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        Within(nameof(options.UnusualActivityWarmUp), options.UnusualActivityWarmUp, TimeSpan.FromDays(1), TimeSpan.FromDays(7));
        Within(nameof(options.UsageMinutesKept), options.UsageMinutesKept, TimeSpan.FromHours(2), TimeSpan.FromDays(31));
        Within(nameof(options.UsageHoursKept), options.UsageHoursKept, TimeSpan.FromDays(8), TimeSpan.FromDays(3650));
        Within(nameof(options.UsageDaysKept), options.UsageDaysKept, TimeSpan.FromDays(31), TimeSpan.FromDays(36_500));
        Within(nameof(options.RotationReminder), options.RotationReminder, TimeSpan.Zero, TimeSpan.FromDays(3650));

        void Within(string name, TimeSpan value, TimeSpan min, TimeSpan max)
        {
            if (value < min || value > max)
            {
                errors.Add($"{name} must be {min} to {max}, not {value}.");
            }
        }
    }

    private static void CheckPeppers(ApiKeyOptions options, List<string> errors)
    {
        if (options.Pepper is { Length: < MinPepperLength })
        {
            errors.Add($"{nameof(options.Pepper)} must have at least {MinPepperLength} characters.");
        }

        if ((options.PreviousPeppers.Count > 0 || options.AcceptUnpepperedHashes) && options.Pepper is null)
        {
            errors.Add($"{nameof(options.PreviousPeppers)} and {nameof(options.AcceptUnpepperedHashes)} need a {nameof(options.Pepper)}: set the current one.");
        }

        if (options.PreviousPeppers.Any(pepper => pepper is null || pepper.Length < MinPepperLength))
        {
            errors.Add($"Every entry of {nameof(options.PreviousPeppers)} must have at least {MinPepperLength} characters.");
        }

        if (1 + options.PreviousPeppers.Count + (options.AcceptUnpepperedHashes ? 1 : 0) > SecretHasher.MaxVariants)
        {
            errors.Add($"There may be at most {SecretHasher.MaxVariants} ways to hash a secret: drop entries of {nameof(options.PreviousPeppers)}.");
        }
    }

    private static bool IsHeaderName(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(_headerCharacters);
}
