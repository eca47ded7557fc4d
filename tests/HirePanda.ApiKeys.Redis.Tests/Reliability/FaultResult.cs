namespace HirePanda.ApiKeys.Tests;

/// <summary>What requests got around a fault.</summary>
/// <param name="load">The load, which has ended.</param>
/// <param name="began">The time when the fault had begun, in seconds of the load.</param>
/// <param name="ended">The time when the fault began to end.</param>
/// <param name="recovery">The time until both nodes worked as before, in seconds.</param>
internal sealed class FaultResult(FaultLoad load, double began, double ended, double recovery)
{
    /// <summary>
    /// The time in seconds before the end of a fault after which requests are not counted as sent during it, because their answer
    /// may come after it.
    /// </summary>
    private const double Margin = 3;

    public double Recovery { get; } = recovery;

    /// <summary>Gets the 99th percentile in the first second, in milliseconds more than that of requests without a key.</summary>
    public double AddedP99InFirstSecond => Added(0.99, began, began + 1);

    /// <summary>Gets the median after the first second, in milliseconds more than that of requests without a key.</summary>
    public double AddedP50Later => Added(0.5, began + 1, ended);

    public double AddedP99Later => Added(0.99, began + 1, ended);

    /// <summary>Gets the different statuses of a kind of requests in the whole run.</summary>
    public IEnumerable<int> Statuses(RequestKind kind)
        => load.Get(kind, 0, double.MaxValue).Select(answer => answer.Status).Distinct();

    /// <summary>
    /// Gets the different statuses of requests that were sent and ended during the fault, and whether they had
    /// <c>Retry-After</c>.
    /// </summary>
    public IEnumerable<(int Status, bool HasRetryAfter)> During(RequestKind kind)
        => load.Get(kind, began, Math.Max(began + 1, ended - Margin))
            .Select(answer => (answer.Status, answer.HasRetryAfter)).Distinct();

    /// <summary>Counts the answers to a kind of requests that were sent during the fault by their status.</summary>
    public string Count(RequestKind kind) => string.Join(
        ", ",
        load.Get(kind, began, ended).GroupBy(answer => answer.Status).OrderByDescending(group => group.Count())
            .Select(group => Repository.Invariant($"{group.Key} × {group.Count():N0}")));

    public override string ToString()
    {
        var counts = string.Join("; ", Enum.GetValues<RequestKind>().Select(kind => $"{kind} {Count(kind)}"));
        return Repository.Invariant(
            $"{counts}; added p99 {AddedP99InFirstSecond:0} ms in the first second, {AddedP99Later:0} ms later; ")
            + Repository.Invariant($"recovered after {Recovery:0.0} s, {LastAbnormal()}");
    }

    /// <summary>Says when the last request of each kind was sent that did not get its normal answer.</summary>
    private string LastAbnormal() => string.Join(", ", Enum.GetValues<RequestKind>().Select(kind =>
    {
        var last = load.Get(kind, ended, double.MaxValue).Where(answer => !answer.IsNormal)
            .Select(answer => answer.At + (answer.Milliseconds / 1000)).DefaultIfEmpty(ended).Max();
        return Repository.Invariant($"{kind} {last - ended:0.0} s");
    }));

    private double Added(double share, double from, double to)
    {
        return Percentile(RequestKind.Known) - Percentile(RequestKind.NoKey);

        double Percentile(RequestKind kind)
        {
            var answers = load.Get(kind, from, to).Select(answer => answer.Milliseconds).Order().ToList();
            return answers[(int)(answers.Count * share)];
        }
    }
}
