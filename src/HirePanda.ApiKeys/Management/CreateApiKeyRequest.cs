using System.Text.Json;

namespace HirePanda.ApiKeys;

/// <summary>Describes the key to create.</summary>
public sealed record CreateApiKeyRequest
{
    /// <summary>Gets the name for people, 1 to 200 characters.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the name of the key's type, such as <see cref="ApiKeyTypes.Ci"/>. Nothing defaults to a type.</summary>
    public required string Type { get; init; }

    /// <summary>
    /// Gets the person or service that the key belongs to, at most 200 characters, or null for the owner that the actor is
    /// bound to, if any. The default is null.
    /// </summary>
    public string? OwnerId { get; init; }

    /// <summary>
    /// Gets the name of the key's tier, or null for none. If <see cref="Permissions"/> is null too, the key gets the default tier
    /// and permissions of its type. The default is null.
    /// </summary>
    public string? Tier { get; init; }

    /// <summary>
    /// Gets the permissions that the key holds in addition to those of its tier, or null for none. If <see cref="Tier"/> is null
    /// too, the key gets the default tier and permissions of its type. The default is null.
    /// </summary>
    public IReadOnlyList<string>? Permissions { get; init; }

    /// <summary>
    /// Gets the time when the key expires, in the future, or null to use <see cref="ExpiresIn"/>. The default is null.
    /// </summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>
    /// Gets the lifetime of the key, 1 second to 36,500 days, instead of <see cref="ExpiresAt"/>. The default is null. If both
    /// are null, the key never expires.
    /// </summary>
    public TimeSpan? ExpiresIn { get; init; }

    /// <summary>
    /// Gets the addresses and CIDR networks that may use the key, at most 1,000. The default is empty, which does not
    /// restrict the key.
    /// </summary>
    public IReadOnlyList<string> AllowedNetworks { get; init; } = [];

    /// <summary>
    /// Gets the key's own limits, at most 10. All of them apply. The default is empty, which means the limits of its type.
    /// </summary>
    public IReadOnlyList<RateLimit> RateLimits { get; init; } = [];

    /// <summary>Gets a JSON object of the host, at most 4,096 bytes, or null for none. The default is null.</summary>
    public JsonElement? Metadata { get; init; }

    /// <summary>
    /// Gets a value that the caller chooses for this creation, 1 to 200 visible ASCII characters, or null for none. If the same
    /// actor repeats a call with the same value, on any node, no second key is created: the call fails with a conflict. The
    /// default is null.
    /// </summary>
    public string? IdempotencyKey { get; init; }
}

/// <summary>Describes the changes of a key. Members that are not set stay as they are.</summary>
public sealed record UpdateApiKeyRequest
{
    /// <summary>Gets the new name.</summary>
    public Optional<string?> Name { get; init; }

    /// <summary>
    /// Gets a value that indicates whether the key is enabled. A disabled key is refused like a revoked one until it is enabled
    /// again.
    /// </summary>
    public Optional<bool> IsEnabled { get; init; }

    /// <summary>Gets the new owner, or null for none.</summary>
    public Optional<string?> OwnerId { get; init; }

    /// <summary>Gets the new tier, or null for none.</summary>
    public Optional<string?> Tier { get; init; }

    /// <summary>Gets the new list of permissions. Null and an empty list mean none.</summary>
    public Optional<IReadOnlyList<string>?> Permissions { get; init; }

    /// <summary>Gets the new expiry, in the future, or null for a key that never expires.</summary>
    public Optional<DateTimeOffset?> ExpiresAt { get; init; }

    /// <summary>
    /// Gets the new addresses and CIDR networks that may use the key. Null and an empty list mean no restriction.
    /// </summary>
    public Optional<IReadOnlyList<string>?> AllowedNetworks { get; init; }

    /// <summary>Gets the key's new limits. Null and an empty list mean the limits of its type.</summary>
    public Optional<IReadOnlyList<RateLimit>?> RateLimits { get; init; }

    /// <summary>Gets a merge patch (RFC 7396) of the metadata, or null if the key is to have no metadata.</summary>
    public Optional<JsonElement?> Metadata { get; init; }
}

/// <summary>Represents a value that may be absent, which is different from null.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
/// <param name="value">The value.</param>
#pragma warning disable CA1716 // The usual name, as in Microsoft.CodeAnalysis; only Visual Basic reserves it.
public readonly struct Optional<T>(T value)
#pragma warning restore CA1716
{
    private readonly T _value = value;

    /// <summary>Gets a value that indicates whether there is a value.</summary>
    public bool HasValue { get; } = true;

    /// <summary>Returns the value, or a default value if there is none.</summary>
    /// <param name="defaultValue">The default value.</param>
    public T GetValueOrDefault(T defaultValue) => HasValue ? _value : defaultValue;

    /// <summary>Converts a value to an optional value that is set.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator Optional<T>(T value) => new(value);
}

/// <summary>A key together with its secret, which is never shown again.</summary>
public sealed class IssuedApiKey
{
    /// <summary>Creates a pair of key and secret. Tests of a host use it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="secret">The secret.</param>
    public IssuedApiKey(ApiKey key, string secret)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(secret);
        (Key, Secret) = (key, secret);
    }

    /// <summary>Gets the key.</summary>
    public ApiKey Key { get; }

    /// <summary>Gets the secret. Show it once, and store it nowhere.</summary>
    public string Secret { get; }

    /// <summary>Returns the id and the hint of the key, so that a log never gets the secret.</summary>
    public override string ToString() => Key.ToString();

    /// <summary>Deconstructs the pair.</summary>
    /// <param name="key">The key.</param>
    /// <param name="secret">The secret.</param>
    public void Deconstruct(out ApiKey key, out string secret) => (key, secret) = (Key, Secret);
}
