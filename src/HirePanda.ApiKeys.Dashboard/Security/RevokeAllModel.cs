using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>What the page that revokes all keys shows.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class RevokeAllModel
{
    /// <summary>Gets the number of active keys, as far as they were counted.</summary>
    public int Active { get; init; }

    /// <summary>Gets a value that indicates whether there are more keys than were counted.</summary>
    public bool IsMore { get; init; }

    /// <summary>Gets the owner that the user is bound to, or null if the user acts for the whole workspace.</summary>
    public string? OwnerId { get; init; }

    /// <summary>Gets the owner as it was given.</summary>
    public string? Owner { get; init; }

    /// <summary>Gets the reason as it was given.</summary>
    public string? Reason { get; init; }

    /// <summary>Gets the confirmation as it was given.</summary>
    public string? Confirm { get; init; }

    /// <summary>Gets the errors of the form.</summary>
    public IReadOnlyList<FormError> Errors { get; init; } = [];
}
