namespace HirePanda.ApiKeys.EntityFrameworkCore;

/// <summary>
/// A count of requests as a row; its key is all that tells rows apart, in the order in which reports read them.
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

/// <summary>A batch of usage that was stored, so that it is not stored twice.</summary>
internal sealed class UsageBatchRow
{
    public required string Id { get; set; }
    public required long At { get; set; }
}
