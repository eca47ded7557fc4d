using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>A row of a ranked chart.</summary>
/// <param name="Name">The name.</param>
/// <param name="Requests">The number of requests.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record ChartRow(string Name, long Requests)
{
    /// <summary>Gets the number of requests with a status of 400 or more, or null if it is not known.</summary>
    public long? Errors { get; init; }

    /// <summary>Gets the address below the dashboard that the name links to, or null for none.</summary>
    public string? Path { get; init; }

    /// <summary>Gets the class of the bar's color.</summary>
    public string Color { get; init; } = "f-accent";
}

/// <summary>A bar of requests over time.</summary>
/// <param name="At">The time at which the interval starts.</param>
/// <param name="Good">The number of requests with a status below 400.</param>
/// <param name="ClientErrors">The number of requests with a status from 400 to 499.</param>
/// <param name="ServerErrors">The number of requests with a status of 500 or more.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record ChartBar(DateTimeOffset At, long Good, long ClientErrors, long ServerErrors)
{
    /// <summary>Gets the number of requests.</summary>
    public long Requests => Good + ClientErrors + ServerErrors;
}
