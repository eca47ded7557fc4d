using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>What the form shows that revokes a key.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record RevokeModel
{
    /// <summary>Gets the key.</summary>
    public required ApiKey Key { get; init; }

    /// <summary>Gets the requests of the last hour, or null if that is not known.</summary>
    public long? LastHour { get; init; }

    /// <summary>Gets the number of keys that the key created, such as "3" or "200+", or null if there are none.</summary>
    public string? Created { get; init; }

    /// <summary>Gets a value that indicates whether the user has to type the name, because the key is in use.</summary>
    public bool MustConfirm { get; init; }

    /// <summary>Gets the reason that was entered.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Gets the name that was entered.</summary>
    public string Confirmation { get; init; } = "";

    /// <summary>Gets a value that indicates whether the keys that the key created are revoked too.</summary>
    public bool IsCascade { get; init; }

    /// <summary>Gets a value that indicates whether the key has changed since the form was made.</summary>
    public bool IsOutdated { get; init; }

    /// <summary>Gets the errors.</summary>
    public IReadOnlyList<FormError> Errors { get; init; } = [];
}
