using System.Collections.Concurrent;
using System.Text;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Writes the table in <c>docs/reliability.md</c> after a long run of all faults.</summary>
internal static class ReliabilityReport
{
    private const string Begin = "<!-- The run writes the table below. -->\n";
    private const string End = "<!-- The run writes the table above. -->";
    private const int Faults = 5;

    private static readonly ConcurrentDictionary<string, FaultResult> _results = new();

    public static bool IsLong { get; } = Environment.GetEnvironmentVariable("HIREPANDA_LONG") == "1";

    public static void Add(string fault, FaultResult result) => _results[fault] = result;

    public static async Task WriteAsync()
    {
        if (!IsLong || _results.Count < Faults)
        {
            return;
        }

        var table = new StringBuilder()
            .Append("| fault | a key in use | a key not used before | an unknown secret | a list of keys ")
            .Append("| added p99, first second | later | as before after |\n")
            .Append("| --- | --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (var (fault, result) in _results.OrderByDescending(entry => entry.Key, StringComparer.Ordinal))
        {
            table.Append(Repository.Invariant($"| {fault} | {result.Count(RequestKind.Known)} "))
                .Append(Repository.Invariant($"| {result.Count(RequestKind.Fresh)} | {result.Count(RequestKind.Unknown)} "))
                .Append(Repository.Invariant($"| {result.Count(RequestKind.Management)} "))
                .Append(Repository.Invariant($"| {result.AddedP99InFirstSecond:0} ms | {result.AddedP99Later:0} ms "))
                .Append(Repository.Invariant($"| {result.Recovery:0.0} s |\n"));
        }

        var path = Path.Combine(Repository.Root, "docs", "reliability.md");
        var text = await File.ReadAllTextAsync(path);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        await File.WriteAllTextAsync(path, $"{text[..(begin + Begin.Length)]}\n{table}\n{text[end..]}");
    }
}
