using System.Text.Json;

namespace HirePanda.ApiKeys;

/// <summary>What a key is to be.</summary>
public sealed record CreateApiKeyRequest
{
    /// <summary>A name for people, 1 to 200 characters.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the name of its type, such as <see cref="ApiKeyTypes.Ci"/>. Nothing defaults to a type.</summary>
    public required string Type { get; init; }

    /// <summary>
    /// Gets the person or service that the key belongs to, at most 200 characters. The default is null: the key belongs to the actor's
    /// owner, or to the workspace itself if the actor is not bound to an owner.
    /// </summary>
    public string? OwnerId { get; init; }

    /// <summary>The name of its tier; null: none, or the type's default where <see cref="Permissions"/> is null too.</summary>
    public string? Tier { get; init; }

    /// <summary>Permissions besides the tier's; null: none, or the type's default where <see cref="Tier"/> is null too.</summary>
    public IReadOnlyList<string>? Permissions { get; init; }

    /// <summary>When it expires, in the future; null: never, or as <see cref="ExpiresIn"/> says.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>How long after its creation it expires, 1 second to 36,500 days, instead of <see cref="ExpiresAt"/>; null: never, or as that says.</summary>
    public TimeSpan? ExpiresIn { get; init; }

    /// <summary>Addresses and CIDR networks that may use it, at most 1,000; empty: no restriction.</summary>
    public IReadOnlyList<string> AllowedNetworks { get; init; } = [];

    /// <summary>Its own limits, at most 10, all of which hold; empty: its type's.</summary>
    public IReadOnlyList<RateLimit> RateLimits { get; init; } = [];

    /// <summary>A JSON object of the host's, at most 4,096 bytes; null: none.</summary>
    public JsonElement? Metadata { get; init; }
}

/// <summary>What is to change on a key; members that are not set stay as they are.</summary>
public sealed record UpdateApiKeyRequest
{
    /// <summary>The new name.</summary>
    public Optional<string?> Name { get; init; }

    /// <summary>Gets whether the key is enabled. A disabled key is refused like a revoked one until it is enabled again.</summary>
    public Optional<bool> IsEnabled { get; init; }

    /// <summary>Gets the new owner, or null if the key is to belong to the workspace itself.</summary>
    public Optional<string?> OwnerId { get; init; }

    /// <summary>The new tier; null: none.</summary>
    public Optional<string?> Tier { get; init; }

    /// <summary>The new list of permissions; null or empty: none.</summary>
    public Optional<IReadOnlyList<string>?> Permissions { get; init; }

    /// <summary>When it expires, in the future; null: never.</summary>
    public Optional<DateTimeOffset?> ExpiresAt { get; init; }

    /// <summary>Addresses and CIDR networks that may use it; null or empty: no restriction.</summary>
    public Optional<IReadOnlyList<string>?> AllowedNetworks { get; init; }

    /// <summary>Its own limits; null or empty: its type's.</summary>
    public Optional<IReadOnlyList<RateLimit>?> RateLimits { get; init; }

    /// <summary>A merge patch (RFC 7396) of the metadata; null: none any more.</summary>
    public Optional<JsonElement?> Metadata { get; init; }
}

/// <summary>A value that may be absent, which is different from null.</summary>
/// <typeparam name="T">The value's type.</typeparam>
/// <param name="value">The value that is given.</param>
#pragma warning disable CA1716 // The usual name, as in Microsoft.CodeAnalysis; only Visual Basic reserves it.
public readonly struct Optional<T>(T value)
#pragma warning restore CA1716
{
    private readonly T _value = value;

    /// <summary>Whether a value is given.</summary>
    public bool IsSet { get; } = true;

    /// <summary>The value, or another one when none is given.</summary>
    /// <param name="other">The other one.</param>
    public T GetValueOrDefault(T other) => IsSet ? _value : other;

    /// <summary>Gives a value.</summary>
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
