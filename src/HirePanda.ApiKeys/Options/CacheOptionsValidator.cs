namespace HirePanda.ApiKeys;

/// <summary>Validates <see cref="ApiKeyCacheOptions"/>.</summary>
internal static class CacheOptionsValidator
{
    private const string Group = nameof(ApiKeyOptions.Cache);
    private const int MaxCapacity = 100_000_000;

    public static void Validate(ApiKeyCacheOptions cache, OptionErrors errors)
    {
        errors.CheckRange(
            $"{Group}:{nameof(cache.Lifetime)}", cache.Lifetime, TimeSpan.FromSeconds(1), ApiKeyOptions.MaxStaleness);
        errors.CheckRange(
            $"{Group}:{nameof(cache.NegativeLifetime)}", cache.NegativeLifetime, TimeSpan.Zero, ApiKeyOptions.MaxStaleness);
        errors.CheckRange($"{Group}:{nameof(cache.Capacity)}", cache.Capacity, 1, MaxCapacity);
        errors.CheckRange($"{Group}:{nameof(cache.NegativeCapacity)}", cache.NegativeCapacity, 1, MaxCapacity);
        errors.CheckRange(
            $"{Group}:{nameof(cache.StoreTimeout)}", cache.StoreTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        errors.CheckRange($"{Group}:{nameof(cache.MaxStoreReads)}", cache.MaxStoreReads, 1, 100_000);
    }
}
