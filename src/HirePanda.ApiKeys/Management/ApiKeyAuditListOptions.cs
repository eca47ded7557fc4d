namespace HirePanda.ApiKeys;

/// <summary>Says which audit entries are listed. All filters must match.</summary>
public sealed class ApiKeyAuditListOptions : ApiKeyPageOptions
{
    /// <summary>Gets the id of the key that the entries are about, or null for all entries. The default is null.</summary>
    public string? KeyId { get; init; }

    /// <summary>
    /// Gets the action of the entries, such as <c>key.create</c>, compared exactly, or null for any action. The default is null.
    /// </summary>
    public string? Action { get; init; }

    /// <summary>Gets the actor of the entries, compared exactly, or null for any actor. The default is null.</summary>
    public string? Actor { get; init; }

    /// <summary>Gets the earliest time of the entries, or null for no bound. The default is null.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Gets the time that all entries are before, or null for no bound. The default is null.</summary>
    public DateTimeOffset? To { get; init; }
}

/// <summary>Says which alerts are listed.</summary>
public sealed class ApiKeyAlertListOptions : ApiKeyPageOptions
{
    /// <summary>
    /// Gets a value that indicates whether only alerts that nobody has acknowledged are listed. The default is false.
    /// </summary>
    public bool OpenOnly { get; init; }
}
