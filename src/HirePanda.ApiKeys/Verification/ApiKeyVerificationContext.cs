using System.Net;

namespace HirePanda.ApiKeys;

/// <summary>Describes the caller that presents a secret, and the cost of the call.</summary>
public readonly struct ApiKeyVerificationContext
{
    /// <summary>Creates a context for a call that costs one permit.</summary>
    /// <param name="address">The caller's address, or null if it is unknown.</param>
    public ApiKeyVerificationContext(IPAddress? address) => Address = address;

    /// <summary>Gets the caller's address, or null if it is unknown. Every IP allowlist refuses an unknown address.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>
    /// Gets the number of permits that the call takes from the key's rate limits. A number below 1 counts as 1. The default is 1.
    /// </summary>
    public int Cost { get; init; } = 1;

    /// <summary>Gets the memo with the hash of this secret, or null if the hash is not remembered.</summary>
    internal SecretHashMemo? Memo { get; init; }
}
