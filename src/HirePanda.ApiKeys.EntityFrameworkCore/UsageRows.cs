namespace HirePanda.ApiKeys.EntityFrameworkCore;

/// <summary>
/// A count of requests as a row. Its key has every column that is not a count, in the order in which reports read them.
/// </summary>
internal sealed class UsageRow
{
    public required string Workspace { get; set; }
    public required string KeyId { get; set; }
    public required int Level { get; set; }
    public required int Dimension { get; set; }
    public required long At { get; set; }
    public required string Name { get; set; }
    public required int Bucket { get; set; }
    public required long Requests { get; set; }
    public required long Errors { get; set; }
}

/// <summary>The record of a stored usage batch, which prevents storing it twice.</summary>
internal sealed class UsageBatchRow
{
    public required string Id { get; set; }
    public required long At { get; set; }
}
