using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>What the form of a new key, or of one that is edited, shows.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class KeyFormModel
{
    /// <summary>Gets what was entered.</summary>
    public required KeyInput Input { get; init; }

    /// <summary>Gets the catalog, and what the user can grant of it.</summary>
    public required ApiKeyCatalogView Catalog { get; init; }

    /// <summary>Gets what the key can do.</summary>
    public required KeySummary Summary { get; init; }

    /// <summary>Gets the errors.</summary>
    public IReadOnlyList<FormError> Errors { get; init; } = [];

    /// <summary>Gets the value that makes a repeated form create no second key.</summary>
    public string Idempotency { get; init; } = "";

    /// <summary>Gets the key that is edited, as it is stored, or null for a new key.</summary>
    public ApiKey? Key { get; init; }

    /// <summary>Gets the version of the key that the form was made from.</summary>
    public long Version { get; init; }

    /// <summary>Gets a value that indicates whether somebody changed the key after the form was shown.</summary>
    public bool IsOutdated { get; init; }

    /// <summary>Gets the id of the error of a field if it has one, for <c>aria-describedby</c>.</summary>
    public string? Describe(string field, string? hint = null)
        => Invalid(field) is null ? hint : $"{field}-error {hint}".TrimEnd();

    /// <summary>Gets "true" if a field has an error, for <c>aria-invalid</c>.</summary>
    public string? Invalid(string field) => Errors.Any(error => error.FieldId == field) ? "true" : null;
}
