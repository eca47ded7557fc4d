using System.Buffers;

namespace HirePanda.ApiKeys;

/// <summary>Validates a catalog. Every message starts with the configuration key of the invalid value.</summary>
internal sealed class ApiKeyCatalogValidator(ApiKeyCatalog catalog, List<string> errors)
{
    public const int MaxNameLength = 100;

    private const int MaxPrefixLength = 16;
    private const string Key = "Catalog";
    private const string NameCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-";

    private static readonly SearchValues<char> _nameCharacters = SearchValues.Create(NameCharacters);
    private static readonly SearchValues<char> _prefixCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789");

    private readonly HashSet<string> _tiers = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _permissions = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _types = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _prefixes = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Determines whether a text can name a tier or permission.</summary>
    public static bool IsName(string? text) => IsMadeOf(text, _nameCharacters, MaxNameLength);

    /// <summary>Determines whether a text can be the brand, or the prefix of a type, in secrets.</summary>
    public static bool IsPrefix(string? text) => IsMadeOf(text, _prefixCharacters, MaxPrefixLength);

    /// <summary>Creates the message for a rate limit that is out of range.</summary>
    /// <param name="what">The configuration key of the rate limit.</param>
    public static string Limit(string what)
        => $"{what} must have 1 to {RateLimit.MaxPermits} permits and a window of whole seconds, "
            + $"1 second to {RateLimit.MaxWindow.TotalDays} days.";

    public void Validate()
    {
        CheckPermissions(catalog.Permissions, $"{Key}:{nameof(catalog.Permissions)}");
        for (var i = 0; i < catalog.Tiers.Count; i++)
        {
            CheckPermissions(catalog.Tiers[i].Permissions, $"{Key}:{nameof(catalog.Tiers)}:{i}:{nameof(ApiKeyTier.Permissions)}");
        }

        for (var i = 0; i < catalog.Tiers.Count; i++)
        {
            CheckTier(catalog.Tiers[i], isHighest: i == catalog.Tiers.Count - 1, $"{Key}:{nameof(catalog.Tiers)}:{i}");
        }

        if (catalog.Types.Count == 0)
        {
            errors.Add($"{Key}:{nameof(catalog.Types)} is empty. A catalog needs at least one type.");
        }

        for (var i = 0; i < catalog.Types.Count; i++)
        {
            CheckType(catalog.Types[i], $"{Key}:{nameof(catalog.Types)}:{i}");
        }
    }

    private static bool IsMadeOf(string? text, SearchValues<char> characters, int maxLength)
        => text is { Length: > 0 } && text.Length <= maxLength && !text.AsSpan().ContainsAnyExcept(characters);

    private void CheckPermissions(IList<string> permissions, string key)
    {
        for (var i = 0; i < permissions.Count; i++)
        {
            CheckName(permissions[i], "permission", $"{key}:{i}");
            if (permissions[i] is { } permission)
            {
                _permissions.Add(permission);
            }
        }
    }

    private void CheckTier(ApiKeyTier tier, bool isHighest, string key)
    {
        if (CheckName(tier.Name, "tier", $"{key}:{nameof(tier.Name)}")
            && (!_tiers.Add(tier.Name) | _permissions.Contains(tier.Name)))
        {
            errors.Add(
                $"{key}:{nameof(tier.Name)} is '{tier.Name}', which is already the name of another tier or of a permission.");
        }

        if (tier.GrantsEverything && !isHighest)
        {
            errors.Add($"{key}:{nameof(tier.GrantsEverything)} is true, but only the last tier can grant everything.");
        }
    }

    private void CheckType(ApiKeyType type, string key)
    {
        if (CheckName(type.Name, "type", $"{key}:{nameof(type.Name)}") && !_types.Add(type.Name))
        {
            errors.Add($"{key}:{nameof(type.Name)} is '{type.Name}', which is already the name of another type.");
        }

        if (!IsPrefix(type.Prefix))
        {
            errors.Add(
                $"{key}:{nameof(type.Prefix)} is '{type.Prefix}'. It must be 1 to {MaxPrefixLength} lowercase letters and "
                + "digits.");
        }
        else if (!_prefixes.Add(type.Prefix))
        {
            errors.Add($"{key}:{nameof(type.Prefix)} is '{type.Prefix}', which is already the prefix of another type.");
        }

        if (type.DefaultTier is { } tier && !_tiers.Contains(tier))
        {
            errors.Add($"{key}:{nameof(type.DefaultTier)} is '{tier}', which is not one of the tiers.");
        }

        for (var i = 0; i < type.DefaultPermissions?.Count; i++)
        {
            if (type.DefaultPermissions[i] is var permission && (permission is null || !_permissions.Contains(permission)))
            {
                errors.Add(
                    $"{key}:{nameof(type.DefaultPermissions)}:{i} is '{permission}', which is not one of the permissions.");
            }
        }

        if (type.RateLimit is { IsValid: false })
        {
            errors.Add(Limit($"{key}:{nameof(type.RateLimit)}"));
        }
    }

    private bool CheckName(string? name, string kind, string key)
    {
        if (IsName(name))
        {
            return true;
        }

        errors.Add($"{key} is '{name}'. The name of a {kind} must be 1 to {MaxNameLength} letters, digits and - _ . :");
        return false;
    }
}
