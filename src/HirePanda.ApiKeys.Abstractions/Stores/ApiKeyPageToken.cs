namespace HirePanda.ApiKeys.Stores;

/// <summary>A position in a list that is ordered by time and then by id: the last item of the previous page.</summary>
public sealed record ApiKeyPageToken
{
    /// <summary>Gets the time of the item.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets the id of the item.</summary>
    public required string Id { get; init; }
}
