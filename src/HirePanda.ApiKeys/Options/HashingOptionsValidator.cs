namespace HirePanda.ApiKeys;

/// <summary>Validates <see cref="ApiKeyHashingOptions"/>. Its messages never contain a pepper.</summary>
internal static class HashingOptionsValidator
{
    private const string Group = nameof(ApiKeyOptions.Hashing);
    private const string Pepper = $"{Group}:{nameof(ApiKeyHashingOptions.Pepper)}";
    private const string Previous = $"{Group}:{nameof(ApiKeyHashingOptions.PreviousPeppers)}";
    private const string Unpeppered = $"{Group}:{nameof(ApiKeyHashingOptions.AcceptUnpepperedHashes)}";
    private const int MinLength = 32;

    public static void Validate(ApiKeyHashingOptions hashing, OptionErrors errors)
    {
        if (hashing.Pepper is { Length: < MinLength })
        {
            errors.Add($"{Pepper} must have at least {MinLength} characters.");
        }

        if (hashing.PreviousPeppers is not { } previous)
        {
            errors.Add($"{Previous} must not be null. Leave it empty for none.");
            return;
        }

        for (var i = 0; i < previous.Count; i++)
        {
            if (previous[i] is not { Length: >= MinLength })
            {
                errors.Add($"{Previous}:{i} must have at least {MinLength} characters.");
            }
        }

        if (hashing.Pepper is null && (previous.Count > 0 || hashing.AcceptUnpepperedHashes))
        {
            errors.Add($"{Previous} and {Unpeppered} need a current pepper. Set {Pepper}.");
        }

        if (1 + previous.Count + (hashing.AcceptUnpepperedHashes ? 1 : 0) > SecretHasher.MaxVariants)
        {
            errors.Add($"{Previous} has too many entries. A secret can be hashed in at most {SecretHasher.MaxVariants} ways.");
        }
    }
}
