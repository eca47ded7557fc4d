using System.Globalization;
using System.Net;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>Measures how the cost grows with networks, keys, and cores, the memory for each key, and the start-up time.</summary>
internal static class ScaleBenchmark
{
    private const int Rounds = 40;

    /// <summary>The largest number of an action, after which the numbers restart at zero.</summary>
    private const int Wrap = (1 << 20) - 1;

    /// <summary>A number of secrets that fits in the processor's cache.</summary>
    private const int Batch = 50;

    /// <param name="manyKeys">The number of keys in the large table.</param>
    /// <param name="only">The part to run, or null for all parts.</param>
    public static async Task RunAsync(int manyKeys, string? only)
    {
        (string Name, Func<Task> Run)[] parts =
        [
            ("memory", () => BytesPerKeyAsync(100_000)),
            ("networks", Networks),
            ("keys", () => KeysAsync(1_000, manyKeys)),
            ("cores", CoreBenchmark.RunAsync),
            ("start-up", StartUpBenchmark.RunAsync),
        ];
        foreach (var part in parts.Where(part => only is null || part.Name == only))
        {
            await part.Run();
        }
    }

    /// <summary>
    /// Measures the memory of a cached key, including a row of usage, and how much of it is the record. This part runs first,
    /// while the heap is small.
    /// </summary>
    private static async Task BytesPerKeyAsync(int count)
    {
        await using var table = await KeyTable.StartAsync(count);
        var records = new ApiKey[count];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < count; i++)
        {
            records[i] = table.Record(i);
        }

        var record = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)count;
        GC.KeepAlive(records);
        records = [];
        before = GC.GetTotalMemory(forceFullCollection: true);
        await table.FillAsync();
        table.CountUsage();
        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)count;
        GC.KeepAlive(table);
        Print($"memory keys={count} bytes-per-key={bytes:F0} record={record:F0} added={bytes - record:F0}");
    }

    private static Task Networks()
    {
        Report(
            "ipv4",
            PartsMicro.Networks,
            i => new IPAddress([127, 0, (byte)(i / 256), (byte)i]),
            i => new IPAddress([10, (byte)(i / 256), (byte)i, 1]));
        Report(
            "ipv6",
            PartsMicro.NetworksOfIPv6,
            i => IPAddress.Parse($"2001:db8:ffff::{i:x}"),
            i => IPAddress.Parse($"2001:db8:{i:x}::1"));
        return Task.CompletedTask;

        static void Report(
            string family,
            Func<int, IEnumerable<IpNetwork>> networks,
            Func<int, IPAddress> ofLast,
            Func<int, IPAddress> ofOther)
        {
            var (single, thousand) = (new NetworkList(networks(1)), new NetworkList(networks(1_000)));
            var same = Enumerable.Range(0, 1_000).Select(ofLast).ToArray();
            var others = Enumerable.Range(0, 999).Select(ofOther).Append(ofLast(1)).ToArray();
            var (few, all) = Compare(
                i => Expect(single.Contains(same[i * 387 % same.Length])),
                i => Expect(thousand.Contains(others[i * 387 % others.Length])),
                100_000);
            Print(
                $"networks {family} one={few.Median:F1}ns thousand={all.Median:F1}ns thousand/one={all.Median / few.Median:F2}");
        }
    }

    /// <summary>
    /// Measures the verifier alone and whole requests, each with another key. Secrets are loaded into the processor's cache
    /// first, as the secret of a request that was just received is. The rest of the time is what the library waits for memory.
    /// </summary>
    private static async Task KeysAsync(int few, int many)
    {
        await using var small = await KeyTable.StartAsync(few);
        await using var large = await KeyTable.StartAsync(many);
        await large.FillAsync();
        await small.FillAsync();
        var random = new Random(7);
        var order = Enumerable.Range(0, Wrap + 1).Select(_ => random.Next()).ToArray();
        Report("verifier", table => (i => table.Receive(Number(table, i)), i => table.Verify(Number(table, i))));
        Report("request", table =>
        {
            var caller = new KeyCaller(table, Batch);
            return (i => caller.Receive(Number(table, i)), _ => caller.Send());
        });

        int Number(KeyTable table, int i) => order[i] % table.Secrets.Length;

        void Report(string name, Func<KeyTable, (Action<int> Prepare, Action<int> Act)> get)
        {
            var (first, second) = (get(small), get(large));
            var (fewTime, manyTime) = Compare(first.Act, second.Act, 20_000, first.Prepare, second.Prepare);
            var (ratio, more) = (manyTime.Median / fewTime.Median, manyTime.Median - fewTime.Median);
            var (fewMedian, manyMedian) = (fewTime.Median, manyTime.Median);
            Print($"keys {name} few={few} {fewMedian:F0}ns many={many} {manyMedian:F0}ns many/few={ratio:F2} more={more:F0}ns");
        }
    }

    /// <summary>Measures two actions alternately after a warm-up, in nanoseconds.</summary>
    private static (Spread First, Spread Second) Compare(
        Action<int> first, Action<int> second, int times, Action<int>? prepareFirst = null, Action<int>? prepareSecond = null)
    {
        var batch = prepareFirst is null ? times : Batch;
        var (firstTimes, secondTimes) = (new List<double>(), new List<double>());
        var next = 0;
        for (var round = 0; round < 2 * Rounds; round++)
        {
            firstTimes.Add(Time(first, prepareFirst));
            secondTimes.Add(Time(second, prepareSecond));
        }

        return (Spread.From(firstTimes.Skip(Rounds)), Spread.From(secondTimes.Skip(Rounds)));

        double Time(Action<int> action, Action<int>? prepare)
        {
            var sum = TimeSpan.Zero;
            for (var done = 0; done < times; done += batch)
            {
                for (var i = 0; prepare is not null && i < batch; i++)
                {
                    prepare((next + i) & Wrap);
                }

                var start = ThreadTime.Now;
                for (var i = 0; i < batch; i++)
                {
                    action(next++ & Wrap);
                }

                sum += ThreadTime.Now - start;
            }

            return sum.TotalNanoseconds / times;
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
