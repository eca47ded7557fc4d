namespace HirePanda.ApiKeys;

/// <summary>What callers ask of keys, read from their JSON.</summary>
internal static class KeyRequests
{
    public static CreateApiKeyRequest ReadNew(JsonBody body)
        => new()
        {
            Name = body.String("name", isRequired: true) ?? "",
            Type = body.String("type", isRequired: true) ?? "",
            OwnerId = body.String("ownerId"),
            Tier = body.String("tier"),
            Permissions = body.Strings("permissions"),
            ExpiresAt = body.Time("expiresAt"),

            // What is out of range stays out of range: the rules refuse it by its field.
            ExpiresIn = body.Integer("expiresInSeconds") is { } seconds ? TimeSpan.FromSeconds(
                Math.Clamp(seconds, 0, uint.MaxValue)) : null,
            AllowedNetworks = body.Strings("allowedNetworks") ?? [],
            RateLimits = body.RateLimits("rateLimits") ?? [],
            Metadata = body.Object("metadata"),
        };

    public static UpdateApiKeyRequest ReadUpdate(JsonBody body)
    {
        return new UpdateApiKeyRequest
        {
            Name = Changed("name", name => body.String(name)),
            IsEnabled = Changed("enabled", name => body.Boolean(name, isRequired: true) ?? true),
            OwnerId = Changed("ownerId", name => body.String(name)),
            Tier = Changed("tier", name => body.String(name)),
            Permissions = Changed("permissions", body.Strings),
            ExpiresAt = Changed("expiresAt", body.Time),
            AllowedNetworks = Changed("allowedNetworks", body.Strings),
            RateLimits = Changed("rateLimits", body.RateLimits),
            Metadata = Changed("metadata", body.Object),
        };

        Optional<T> Changed<T>(string name, Func<string, T> read) => body.Has(name) ? new(read(name)) : default;
    }
}
