using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>What the page of the IP whitelist and of emergencies shows.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SecurityModel
{
    /// <summary>Gets the settings as they are stored.</summary>
    public required ApiKeyWorkspace Stored { get; init; }

    /// <summary>Gets the mode to select.</summary>
    public required WhitelistMode Mode { get; init; }

    /// <summary>Gets a value that indicates whether the user may change the whitelist.</summary>
    public bool CanEdit { get; init; }

    /// <summary>Gets a value that indicates whether the user's address can be the address of a proxy.</summary>
    public bool IsBehindProxy { get; init; }

    /// <summary>Gets what the user asked for, or null if nothing was refused.</summary>
    public WhitelistChange? Refused { get; init; }

    /// <summary>Gets a value that indicates whether somebody else changed the whitelist before the user did.</summary>
    public bool IsOutdated { get; init; }

    /// <summary>Gets the addresses that the whitelist would have refused, or null if it does not only report.</summary>
    public WhitelistReport? Report { get; init; }

    /// <summary>Gets the test of an address.</summary>
    public required AddressTest Test { get; init; }

    /// <summary>Gets the key that a leaked secret belongs to, or null if none was looked for.</summary>
    public ApiKey? Found { get; init; }

    /// <summary>Gets the errors of the forms.</summary>
    public IReadOnlyList<FormError> Errors { get; init; } = [];

    /// <summary>Gets a value that indicates whether the change was refused because it would lock the user out.</summary>
    public bool IsLockOut => Refused is not null && !IsOutdated && Errors.Count == 0;

    /// <summary>Gets the value of <c>aria-invalid</c> for a field.</summary>
    public string? Invalid(string field) => Errors.Any(error => error.FieldId == field) ? "true" : null;
}

/// <summary>Specifies what the whitelist does.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public enum WhitelistMode
{
    /// <summary>Nothing.</summary>
    Off,

    /// <summary>It reports what it would refuse.</summary>
    Report,

    /// <summary>It refuses.</summary>
    On,
}

/// <summary>The addresses that the whitelist would have refused in the last 7 days.</summary>
/// <param name="Addresses">The newest addresses, with the time of the last report.</param>
/// <param name="Count">The number of all addresses.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record WhitelistReport(IReadOnlyList<(string Address, DateTimeOffset At)> Addresses, int Count);

/// <summary>The test of an address.</summary>
/// <param name="Address">The address as it was given, or null if none was tested.</param>
/// <param name="KeyId">The id of the key that was tested too, or null for none.</param>
/// <param name="Result">The result, or null if there is none.</param>
/// <param name="Keys">The keys to choose from: id and name.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record AddressTest(
    string? Address, string? KeyId, ApiKeyAddressTest? Result, IReadOnlyList<(string Id, string Name)> Keys);
