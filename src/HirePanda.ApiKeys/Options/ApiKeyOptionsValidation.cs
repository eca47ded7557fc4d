using System.Buffers;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace HirePanda.ApiKeys;

/// <summary>The ranges that the options' annotations state.</summary>
[OptionsValidator]
internal sealed partial class ApiKeyOptionsRanges : IValidateOptions<ApiKeyOptions>;

/// <summary>The rules that one annotation cannot state.</summary>
internal sealed class ApiKeyOptionsRules : IValidateOptions<ApiKeyOptions>
{
    private const int MinPepperLength = 32;
    private const int MaxAlertDays = 1000;
    private const int MaxNameLength = 100;
    private const int MaxPrefixLength = 16;

    private static readonly SearchValues<char> _nameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-");
    private static readonly SearchValues<char> _prefixCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789");

    public ValidateOptionsResult Validate(string? name, ApiKeyOptions options)
    {
        var errors = new ValidateOptionsResultBuilder();
        foreach (var error in Check(options))
        {
            errors.AddError(error);
        }

        return errors.Build();
    }

    private static IEnumerable<string> Check(ApiKeyOptions options)
    {
        foreach (var error in CheckTimes(options))
        {
            yield return error;
        }

        if (options.Pepper is { Length: < MinPepperLength })
        {
            yield return $"{nameof(options.Pepper)} must have at least {MinPepperLength} characters.";
        }

        if (options.HeaderName is { Length: 0 } || HeaderNames.Authorization.Equals(options.HeaderName, StringComparison.OrdinalIgnoreCase))
        {
            yield return $"{nameof(options.HeaderName)} must be the name of a header other than Authorization, or null for none.";
        }

        if (!options.DefaultRateLimit.IsValid)
        {
            yield return Limit(nameof(options.DefaultRateLimit));
        }

        if ((options.PreviousPeppers.Count > 0 || options.AcceptUnpepperedHashes) && options.Pepper is null)
        {
            yield return $"{nameof(options.PreviousPeppers)} and {nameof(options.AcceptUnpepperedHashes)} need a {nameof(options.Pepper)}: set the current one.";
        }

        if (options.PreviousPeppers.Any(pepper => pepper is null || pepper.Length < MinPepperLength))
        {
            yield return $"Every entry of {nameof(options.PreviousPeppers)} must have at least {MinPepperLength} characters.";
        }

        if (1 + options.PreviousPeppers.Count + (options.AcceptUnpepperedHashes ? 1 : 0) > SecretHasher.MaxWays)
        {
            yield return $"There may be at most {SecretHasher.MaxWays} ways to hash a secret: drop entries of {nameof(options.PreviousPeppers)}.";
        }

        if (options.ExpiryAlertDays is null || options.ExpiryAlertDays.Any(days => days is < 1 or > MaxAlertDays))
        {
            yield return $"Every entry of {nameof(options.ExpiryAlertDays)} must be 1 to {MaxAlertDays}; leave it empty for none.";
        }

        foreach (var error in CheckCatalog(options.Catalog))
        {
            yield return $"{nameof(options.Catalog)}: {error}";
        }
    }

    private static IEnumerable<string> CheckTimes(ApiKeyOptions options)
    {
        (string Name, TimeSpan Value, TimeSpan Min, TimeSpan Max)[] times =
        [
            (nameof(options.CacheLifetime), options.CacheLifetime, TimeSpan.FromSeconds(1), KeyLookup.MaxStaleness),
            (nameof(options.NegativeCacheLifetime), options.NegativeCacheLifetime, TimeSpan.Zero, KeyLookup.MaxStaleness),
            (nameof(options.StoreTimeout), options.StoreTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1)),
            (nameof(options.ExpiryReminder), options.ExpiryReminder, TimeSpan.Zero, TimeSpan.FromDays(1000)),
            (nameof(options.FailedAttemptsAlertWindow), options.FailedAttemptsAlertWindow, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            (nameof(options.UnusualActivityWarmUp), options.UnusualActivityWarmUp, TimeSpan.FromDays(1), TimeSpan.FromDays(7)),
            (nameof(options.UsageMinutesKept), options.UsageMinutesKept, TimeSpan.FromHours(2), TimeSpan.FromDays(31)),
            (nameof(options.UsageHoursKept), options.UsageHoursKept, TimeSpan.FromDays(8), TimeSpan.FromDays(3650)),
            (nameof(options.UsageDaysKept), options.UsageDaysKept, TimeSpan.FromDays(31), TimeSpan.FromDays(36_500)),
            (nameof(options.RotationReminder), options.RotationReminder, TimeSpan.Zero, TimeSpan.FromDays(3650)),
        ];
        foreach (var (name, value, min, max) in times)
        {
            if (value < min || value > max)
            {
                yield return $"{name} must be {min} to {max}, not {value}.";
            }
        }
    }

    private static IEnumerable<string> CheckCatalog(ApiKeyCatalog catalog)
    {
        var permissions = catalog.Tiers.SelectMany(tier => tier.Permissions).Concat(catalog.Permissions).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var name in permissions.Concat(catalog.Tiers.Select(tier => tier.Name)).Where(name => !IsMadeOf(name, _nameCharacters, MaxNameLength)))
        {
            yield return $"'{name}' is no name for a tier or permission; use letters, digits and - _ . :";
        }

        foreach (var name in Repeated(catalog.Tiers.Select(tier => tier.Name).Concat(permissions)))
        {
            yield return $"'{name}' names two tiers, or a tier and a permission.";
        }

        foreach (var tier in catalog.Tiers.SkipLast(1).Where(tier => tier.GrantsEverything))
        {
            yield return $"the tier '{tier.Name}' grants everything, which only the last tier may.";
        }

        foreach (var tier in catalog.Tiers.Where(tier => tier.Permissions.Count == 0 && !tier.GrantsEverything))
        {
            yield return $"the tier '{tier.Name}' adds no permission, so whoever holds the one before it would hold it too.";
        }

        if (catalog.Types.Count == 0)
        {
            yield return "there is no type.";
        }

        foreach (var name in Repeated(catalog.Types.Select(type => type.Name)).Concat(Repeated(catalog.Types.Select(type => type.Prefix))))
        {
            yield return $"'{name}' is the name or prefix of two types.";
        }

        foreach (var error in catalog.Types.SelectMany(type => CheckType(type, catalog, permissions)))
        {
            yield return error;
        }
    }

    private static IEnumerable<string> CheckType(ApiKeyType type, ApiKeyCatalog catalog, HashSet<string> permissions)
    {
        if (!IsMadeOf(type.Prefix, _prefixCharacters, MaxPrefixLength))
        {
            yield return $"the prefix '{type.Prefix}' of type '{type.Name}' must be 1 to 16 lower case letters and digits.";
        }

        if (type.DefaultTier is { } tier && !catalog.Tiers.Any(one => one.Name.Equals(tier, StringComparison.OrdinalIgnoreCase)))
        {
            yield return $"the default tier '{tier}' of type '{type.Name}' is not one of its tiers.";
        }

        foreach (var permission in type.DefaultPermissions.Where(permission => !permissions.Contains(permission)))
        {
            yield return $"the default permission '{permission}' of type '{type.Name}' is not one of its permissions.";
        }

        if (type.RateLimit is { IsValid: false })
        {
            yield return Limit($"{nameof(type.RateLimit)} of type '{type.Name}'");
        }
    }

    private static string Limit(string what)
        => $"{what} must have 1 to {RateLimit.MaxPermits} permits and a window of whole seconds, 1 second to {RateLimit.MaxWindow.TotalDays} days.";

    private static IEnumerable<string> Repeated(IEnumerable<string> names)
        => names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1).Select(group => group.Key);

    /// <summary>No regular expression: the host would wait for its library at every start.</summary>
    private static bool IsMadeOf(string text, SearchValues<char> characters, int maxLength)
        => text.Length > 0 && text.Length <= maxLength && !text.AsSpan().ContainsAnyExcept(characters);
}
