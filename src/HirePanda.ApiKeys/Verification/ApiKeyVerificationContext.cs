using System.Net;

namespace HirePanda.ApiKeys;

/// <summary>Who presents a secret, and for what.</summary>
/// <param name="Address">The caller's address; null: unknown, which passes no allowlist.</param>
/// <param name="Cost">How many permits of the key's rate limit the call takes; less than 1 counts as 1.</param>
public readonly record struct ApiKeyVerificationContext(IPAddress? Address, int Cost = 1);
