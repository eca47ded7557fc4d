using System.Text.Json;

namespace HirePanda.ApiKeys;

/// <summary>An entry of the audit log: who did something, or tried to. Entries are never changed or deleted.</summary>
public sealed record ApiKeyAuditEntry
{
    /// <summary>Gets the id of the entry. It is opaque and unique.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the workspace that the entry belongs to.</summary>
    public required string Workspace { get; init; }

    /// <summary>Gets the time of the action.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets the actor: the id of a key, or the id that the host gives its own actors.</summary>
    public required string Actor { get; init; }

    /// <summary>Gets the action, such as <c>key.create</c>. The name of a refused attempt ends in <c>.refused</c>.</summary>
    public required string Action { get; init; }

    /// <summary>Gets the id of the key that the action is about, or null if it is not about a key.</summary>
    public string? KeyId { get; init; }

    /// <summary>Gets the state before the action, without secret and hash, or null if there was none.</summary>
    public JsonElement? Before { get; init; }

    /// <summary>Gets the state after the action, without secret and hash, or null if there is none.</summary>
    public JsonElement? After { get; init; }

    /// <summary>Gets the address of the actor, or null if it is not known.</summary>
    public string? Address { get; init; }
}
