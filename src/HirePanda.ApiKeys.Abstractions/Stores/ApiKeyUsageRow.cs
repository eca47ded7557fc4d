namespace HirePanda.ApiKeys.Stores;

/// <summary>A count of the requests that have a slot in common.</summary>
public readonly record struct ApiKeyUsageRow
{
    /// <summary>Gets what the requests have in common.</summary>
    public required ApiKeyUsageSlot Slot { get; init; }

    /// <summary>Gets the number of requests.</summary>
    public required long Requests { get; init; }

    /// <summary>Gets the number of requests whose status was 400 or higher. The default is 0.</summary>
    public long Errors { get; init; }
}
