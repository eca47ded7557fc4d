using System.Buffers;
using System.Globalization;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace HirePanda.ApiKeys;

/// <summary>
/// What options may be. Without annotations, expressions and iterators: their libraries are loaded, and their code is compiled, while
/// a host waits to start.
/// </summary>
internal sealed class ApiKeyOptionsRules : IValidateOptions<ApiKeyOptions>
{
    private const int MinPepperLength = 32;
    private const int MaxAlertDays = 1000;
    private const int MaxNameLength = 100;
    private const int MaxPrefixLength = 16;
    private const string InCatalog = $"{nameof(ApiKeyOptions.Catalog)}: ";

    private static readonly SearchValues<char> _nameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-");
    private static readonly SearchValues<char> _headerCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~");
    private static readonly SearchValues<char> _prefixCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789");

    public ValidateOptionsResult Validate(string? name, ApiKeyOptions options)
    {
        var errors = new List<string>();
        CheckNames(options, errors);
        CheckNumbers(options, errors);
        CheckTimes(options, errors);
        CheckPeppers(options, errors);
        CheckCatalog(options.Catalog, errors);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static void CheckNames(ApiKeyOptions options, List<string> errors)
    {
        if (!IsMadeOf(options.Brand, _prefixCharacters, MaxPrefixLength))
        {
            errors.Add($"{nameof(options.Brand)} must be 1 to {MaxPrefixLength} lower case letters and digits.");
        }

        if (options.HeaderName is { } header
            && (!IsMadeOf(header, _headerCharacters, int.MaxValue) || HeaderNames.Authorization.Equals(header, StringComparison.OrdinalIgnoreCase)))
        {
            errors.Add($"{nameof(options.HeaderName)} must be the name of a header other than Authorization, or null for none.");
        }

        if (options.CountryHeader is { Length: > 0 } country && !IsMadeOf(country, _headerCharacters, int.MaxValue))
        {
            errors.Add($"{nameof(options.CountryHeader)} must be the name of a header, or null for none.");
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
            errors.Add(Limit(nameof(options.DefaultRateLimit)));
        }

        if (options.MaxRateLimit is { IsValid: false })
        {
            errors.Add(Limit(nameof(options.MaxRateLimit)));
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
        Within(nameof(options.CacheLifetime), options.CacheLifetime, TimeSpan.FromSeconds(1), KeyLookup.MaxStaleness);
        Within(nameof(options.NegativeCacheLifetime), options.NegativeCacheLifetime, TimeSpan.Zero, KeyLookup.MaxStaleness);
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

        if (1 + options.PreviousPeppers.Count + (options.AcceptUnpepperedHashes ? 1 : 0) > SecretHasher.MaxWays)
        {
            errors.Add($"There may be at most {SecretHasher.MaxWays} ways to hash a secret: drop entries of {nameof(options.PreviousPeppers)}.");
        }
    }

    private static void CheckCatalog(ApiKeyCatalog catalog, List<string> errors)
    {
        var permissions = new HashSet<string>(catalog.Permissions, StringComparer.OrdinalIgnoreCase);
        foreach (var tier in catalog.Tiers)
        {
            permissions.UnionWith(tier.Permissions);
            CheckTier(tier, isLast: tier == catalog.Tiers[^1], errors);
        }

        var (names, tiers) = (new HashSet<string>(permissions, StringComparer.OrdinalIgnoreCase), new HashSet<string>(StringComparer.OrdinalIgnoreCase));
        foreach (var tier in catalog.Tiers)
        {
            tiers.Add(tier.Name);
            if (!names.Add(tier.Name))
            {
                errors.Add($"{InCatalog}'{tier.Name}' names two tiers, or a tier and a permission.");
            }
        }

        foreach (var name in names)
        {
            if (!IsMadeOf(name, _nameCharacters, MaxNameLength))
            {
                errors.Add($"{InCatalog}'{name}' is no name for a tier or permission; use letters, digits and - _ . :");
            }
        }

        if (catalog.Types.Count == 0)
        {
            errors.Add($"{InCatalog}there is no type.");
        }

        var (types, prefixes) = (new HashSet<string>(StringComparer.OrdinalIgnoreCase), new HashSet<string>(StringComparer.OrdinalIgnoreCase));
        foreach (var type in catalog.Types)
        {
            if (!types.Add(type.Name) | !prefixes.Add(type.Prefix))
            {
                errors.Add($"{InCatalog}the name '{type.Name}' or the prefix '{type.Prefix}' is that of two types.");
            }

            CheckType(type, tiers, permissions, errors);
        }
    }

    private static void CheckTier(ApiKeyTier tier, bool isLast, List<string> errors)
    {
        if (tier.GrantsEverything && !isLast)
        {
            errors.Add($"{InCatalog}the tier '{tier.Name}' grants everything, which only the last tier may.");
        }

        if (tier.Permissions.Count == 0 && !tier.GrantsEverything)
        {
            errors.Add($"{InCatalog}the tier '{tier.Name}' adds no permission, so whoever holds the one before it would hold it too.");
        }
    }

    private static void CheckType(ApiKeyType type, HashSet<string> tiers, HashSet<string> permissions, List<string> errors)
    {
        if (!IsMadeOf(type.Prefix, _prefixCharacters, MaxPrefixLength))
        {
            errors.Add($"{InCatalog}the prefix '{type.Prefix}' of type '{type.Name}' must be 1 to 16 lower case letters and digits.");
        }

        if (type.DefaultTier is { } tier && !tiers.Contains(tier))
        {
            errors.Add($"{InCatalog}the default tier '{tier}' of type '{type.Name}' is not one of its tiers.");
        }

        foreach (var permission in type.DefaultPermissions)
        {
            if (!permissions.Contains(permission))
            {
                errors.Add($"{InCatalog}the default permission '{permission}' of type '{type.Name}' is not one of its permissions.");
            }
        }

        if (type.RateLimit is { IsValid: false })
        {
            errors.Add($"{InCatalog}{Limit($"{nameof(type.RateLimit)} of type '{type.Name}'")}");
        }
    }

    private static string Limit(string what)
        => $"{what} must have 1 to {RateLimit.MaxPermits} permits and a window of whole seconds, 1 second to {RateLimit.MaxWindow.TotalDays} days.";

    private static bool IsMadeOf(string? text, SearchValues<char> characters, int maxLength)
        => text is { Length: > 0 } && text.Length <= maxLength && !text.AsSpan().ContainsAnyExcept(characters);
}
