namespace HirePanda.ApiKeys;

/// <summary>What callers ask of keys, read from their JSON.</summary>
internal static class KeyRequests
{
    private const long MaxLifetimeSeconds = 100L * 365 * 24 * 60 * 60;

    public static ApiKeyResult<NewApiKey> ReadNew(JsonBody body, DateTimeOffset now)
    {
        if (body.Has("expiresAt") && body.Has("expiresInSeconds"))
        {
            body.Refuse("expiresInSeconds", "cannot be given together with expiresAt");
        }

        var expiresIn = body.Integer("expiresInSeconds");
        if (expiresIn is < 1 or > MaxLifetimeSeconds)
        {
            body.Refuse("expiresInSeconds", $"must be 1 to {MaxLifetimeSeconds}");
            expiresIn = null;
        }

        var request = new NewApiKey
        {
            Name = body.String("name", isRequired: true) ?? "",
            Type = body.String("type", isRequired: true) ?? "",
            Tier = body.String("tier"),
            Permissions = body.Strings("permissions"),
            ExpiresAt = body.Time("expiresAt") ?? (expiresIn is { } seconds ? now.AddSeconds(seconds) : null),
            AllowedNetworks = body.Strings("allowedNetworks") ?? [],
            RateLimits = body.RateLimits("rateLimits") ?? [],
            Metadata = body.Object("metadata"),
        };
        return body.Finish() is { } error ? error : request;
    }

    public static ApiKeyResult<ApiKeyUpdate> ReadUpdate(JsonBody body)
    {
        var update = new ApiKeyUpdate
        {
            Name = Changed("name", name => body.String(name)),
            Tier = Changed("tier", name => body.String(name)),
            Permissions = Changed("permissions", body.Strings),
            ExpiresAt = Changed("expiresAt", body.Time),
            AllowedNetworks = Changed("allowedNetworks", body.Strings),
            RateLimits = Changed("rateLimits", body.RateLimits),
            Metadata = Changed("metadata", body.Object),
        };
        return body.Finish() is { } error ? error : update;

        Change<T> Changed<T>(string name, Func<string, T> read) => body.Has(name) ? new(read(name)) : default;
    }
}
