namespace HirePanda.ApiKeys;

/// <summary>
/// The options of hashing secrets (<c>Hashing</c> in configuration). A secret can be hashed in at most three ways: with
/// <see cref="Pepper"/>, with each of <see cref="PreviousPeppers"/>, and without a pepper.
/// </summary>
public sealed class ApiKeyHashingOptions
{
    /// <summary>
    /// Gets or sets the host's own secret with which new keys are hashed (HMAC-SHA256), or null to hash them with SHA-256
    /// alone. With a pepper, a stolen table is worthless on its own. It has at least 32 characters. Keep it in a secret store.
    /// The signing secrets of webhooks are encrypted with a key derived from it. The default is null.
    /// </summary>
    public string? Pepper { get; set; }

    /// <summary>
    /// Gets or sets the peppers that older keys were hashed with and that are still accepted. Data that they encrypted stays
    /// readable. Each has at least 32 characters. They require a <see cref="Pepper"/>. Configuration replaces the list. The
    /// default is empty.
    /// </summary>
    public IReadOnlyList<string> PreviousPeppers { get; set; } = [];

    /// <summary>
    /// Gets or sets a value that indicates whether keys that were hashed before there was a <see cref="Pepper"/> are still
    /// accepted. The default is false.
    /// </summary>
    public bool AcceptUnpepperedHashes { get; set; }
}
