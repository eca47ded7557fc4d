namespace HirePanda.ApiKeys;

/// <summary>Says whether IP allowlists admit an address.</summary>
public sealed class ApiKeyAddressTest
{
    /// <summary>
    /// Gets a value that indicates whether requests from the address are admitted. A list that only reports refuses nothing.
    /// </summary>
    public required bool IsAllowed { get; init; }

    /// <summary>
    /// Gets a value that indicates whether the workspace's list is enabled and does not contain the address. It is also true if
    /// the list only reports. The default is false.
    /// </summary>
    public bool IsRefusedByWorkspace { get; init; }

    /// <summary>
    /// Gets a value that indicates whether the key's own list does not contain the address. It is false if no key was tested.
    /// The default is false.
    /// </summary>
    public bool IsRefusedByKey { get; init; }

    /// <summary>
    /// Gets a value that indicates whether the workspace's list is enabled but only reports what it would refuse. The default is
    /// false.
    /// </summary>
    public bool IsReportOnly { get; init; }
}
