using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>How much more two threads do than one, each with keys of its own.</summary>
internal static class CoreBenchmark
{
    private const int Threads = 2;
    private const int KeysPerThread = 16;
    private const int Rounds = 15;
    private const int Batch = 200;

    private static readonly TimeSpan _time = TimeSpan.FromMilliseconds(200);

    public static async Task RunAsync()
    {
        using var table = new KeyTable(Threads * KeysPerThread);
        await table.FillAsync().ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Report("verifier", thread =>
        {
            for (var i = 0; i < Batch; i++)
            {
                table.Verify((thread * KeysPerThread) + (i % KeysPerThread));
            }
        });

        IssuedApiKey[] keys = [.. Enumerable.Range(0, Threads).Select(_ => OurScenario.Issue())];
        await using var set = new ContenderSet();
        var (_, server) = await set.AddAsync(OurScenario.Create("ours", keys));
        var contenders = keys.Select(key => new RequestContender("ours", server.Connect($"Bearer {key.Secret}"), StatusCodes.Status200OK)).ToArray();
        foreach (var contender in contenders)
        {
            await contender.PrimeAsync().ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }

        Report("pipeline", thread => contenders[thread].Run(Batch));
    }

    /// <summary>One thread and two by turns; the first rounds are the warm-up.</summary>
    private static void Report(string name, Action<int> batch)
    {
        var ratios = new List<double>();
        for (var round = 0; round < 2 * Rounds; round++)
        {
            var one = Batches(1, batch);
            ratios.Add(Batches(Threads, batch) / (double)one);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"cores {name} two/one={Spread.Of(ratios.Skip(Rounds)).ToString("F2")}"));
    }

    /// <summary>How many batches so many threads do in a fixed time.</summary>
    private static long Batches(int threads, Action<int> batch)
    {
        var sum = 0L;
        var end = Stopwatch.GetTimestamp() + (long)(_time.TotalSeconds * Stopwatch.Frequency);
        var running = Enumerable.Range(0, threads).Select(number => new Thread(() =>
        {
            var done = 0L;
            for (; Stopwatch.GetTimestamp() < end; done++)
            {
                batch(number);
            }

            Interlocked.Add(ref sum, done);
        })).ToArray();
        Array.ForEach(running, thread => thread.Start());
        Array.ForEach(running, thread => thread.Join());
        return sum;
    }
}
