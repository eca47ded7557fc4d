using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>What the form shows that rotates a key.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class RotateModel
{
    /// <summary>The value of an overlap of a number of hours that the user enters.</summary>
    public const string Custom = "custom";

    /// <summary>The default overlap in hours.</summary>
    public const string Default = "24";

    /// <summary>Gets the key.</summary>
    public required ApiKey Key { get; init; }

    /// <summary>Gets the overlap that is chosen.</summary>
    public string Overlap { get; init; } = Default;

    /// <summary>Gets the hours that were entered.</summary>
    public string Hours { get; init; } = "";

    /// <summary>Gets the errors.</summary>
    public IReadOnlyList<FormError> Errors { get; init; } = [];

    /// <summary>Gets a value that indicates whether the key has changed since the form was made.</summary>
    public bool IsOutdated { get; init; }

    /// <summary>Gets the overlaps in hours, and what they are called.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Overlaps { get; }
        = [new("0", "Now"), new("1", "In 1 hour"), new(Default, "In 24 hours"), new("168", "In 7 days")];

    /// <summary>Gets the same form about the key as it is now.</summary>
    public RotateModel About(ApiKey key) => new() { Key = key, Overlap = Overlap, Hours = Hours };

    /// <summary>Gets the time when the old secret stops, never later than the key itself.</summary>
    public DateTimeOffset End(TimeSpan overlap, DateTimeOffset now)
        => Key.ExpiresAt is { } end && end < now + overlap ? end : now + overlap;
}
