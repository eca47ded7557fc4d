using System.Globalization;
using System.Net;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>What grows when the numbers do: networks, keys, cores, memory; and what the library adds to a start.</summary>
internal static class ScaleBenchmark
{
    private const int Rounds = 40;

    public static async Task RunAsync(int manyKeys)
    {
        await BytesPerKeyAsync(100_000);
        Networks();
        await KeysAsync(1_000, manyKeys);
        await CoreBenchmark.RunAsync();
        await StartUpBenchmark.RunAsync();
    }

    /// <summary>First, while the heap is small.</summary>
    private static async Task BytesPerKeyAsync(int count)
    {
        using var table = new KeyTable(count);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await table.FillAsync();
        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)count;
        GC.KeepAlive(table);
        Print($"memory keys={count} bytes-per-key={bytes:F0}");
    }

    private static void Networks()
    {
        var (one, thousand) = (new NetworkList(PartsMicro.Networks(1)), new NetworkList(PartsMicro.Networks(1_000)));
        var addresses = Enumerable.Range(0, 1_000).Select(i => new IPAddress([127, 0, (byte)(i / 256), (byte)i])).ToArray();
        var many = Enumerable.Range(0, 999).Select(i => new IPAddress([10, (byte)(i / 256), (byte)i, 1])).Append(IPAddress.Loopback).ToArray();
        var (few, all) = Compare(
            i => Expect(one.Contains(addresses[i % addresses.Length])),
            i => Expect(thousand.Contains(many[i * 387 % many.Length])),
            100_000);
        Print($"networks one={few.Median:F1}ns thousand={all.Median:F1}ns thousand/one={all.Median / few.Median:F2}");
    }

    private static async Task KeysAsync(int few, int many)
    {
        using var small = new KeyTable(few);
        using var large = new KeyTable(many);
        await large.FillAsync();
        await small.FillAsync();
        var random = new Random(7);
        var order = Enumerable.Range(0, 1 << 16).Select(_ => random.Next()).ToArray();
        var (one, other) = Compare(
            i => small.Verify(order[i & 0xFFFF] % few),
            i => large.Verify(order[i & 0xFFFF] % many),
            20_000);
        Print($"keys few={few} {one.Median:F0}ns many={many} {other.Median:F0}ns many/few={other.Median / one.Median:F2}");
    }

    /// <summary>Two actions by turns, after a warm-up, in nanoseconds.</summary>
    private static (Spread First, Spread Second) Compare(Action<int> first, Action<int> second, int times)
    {
        var (one, other) = (new List<double>(), new List<double>());
        var next = 0;
        for (var round = 0; round < 2 * Rounds; round++)
        {
            one.Add(Time(first));
            other.Add(Time(second));
        }

        return (Spread.Of(one.Skip(Rounds)), Spread.Of(other.Skip(Rounds)));

        double Time(Action<int> action)
        {
            var start = ThreadTime.Now;
            for (var i = 0; i < times; i++)
            {
                action(next++ & 0xFFFFF);
            }

            return (ThreadTime.Now - start).TotalNanoseconds / times;
        }
    }

    private static void Expect(bool isAdmitted)
    {
        if (!isAdmitted)
        {
            throw new InvalidOperationException("A listed address was refused.");
        }
    }

    private static void Print(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
