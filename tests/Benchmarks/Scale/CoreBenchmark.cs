using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>
/// How much more two threads do than one, each with keys of its own: by the clock, and by the processor time they were given,
/// which other processes of the machine do not take away from. Requests without a guard, and the framework's floor, show what this machine gives.
/// </summary>
internal static class CoreBenchmark
{
    private const int Threads = 2;
    private const int KeysPerThread = 16;
    private const int Rounds = 15;
    private const int Batch = 200;

    private static readonly TimeSpan _time = TimeSpan.FromMilliseconds(200);

    public static async Task RunAsync()
    {
        await using var table = await KeyTable.StartAsync(Threads * KeysPerThread);
        await table.FillAsync();
        await Task.Yield();
        Report("verifier", thread =>
        {
            for (var i = 0; i < Batch; i++)
            {
                table.Verify((thread * KeysPerThread) + (i % KeysPerThread));
            }
        });

        IssuedApiKey[] keys = [.. Enumerable.Range(0, Threads).Select(_ => OurScenario.Issue())];
        await PipelineAsync(Scenarios.Anonymous, [null, null]);
        await PipelineAsync(Scenarios.Floor, [Scenarios.Floor.Authorization, Scenarios.Floor.Authorization]);
        await PipelineAsync(OurScenario.Create("ours", keys), [.. keys.Select(key => $"Bearer {key.Secret}")]);
    }

    /// <summary>Whole requests, each thread with a connection and a credential of its own.</summary>
    private static async Task PipelineAsync(Scenario scenario, string?[] authorizations)
    {
        await using var set = new ContenderSet();
        var (_, server) = await set.AddAsync(scenario);
        var contenders = Array.ConvertAll(authorizations, one => new RequestContender(scenario.Name, server.Connect(one), StatusCodes.Status200OK));
        foreach (var contender in contenders)
        {
            await contender.PrimeAsync();
        }

        await Task.Yield();
        Report($"pipeline {scenario.Name}", thread => contenders[thread].Run(Batch));
    }

    /// <summary>One thread and two by turns; the first rounds are the warm-up.</summary>
    private static void Report(string name, Action<int> batch)
    {
        var (clock, processor) = (new List<double>(), new List<double>());
        for (var round = 0; round < 2 * Rounds; round++)
        {
            var one = Measure(1, batch);
            var two = Measure(Threads, batch);
            clock.Add(two.Clock / one.Clock);
            processor.Add(Threads * two.Processor / one.Processor);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"cores {name} two/one={Spread.Of(clock.Skip(Rounds)).ToString("F2")} by-processor-time={Spread.Of(processor.Skip(Rounds)).ToString("F2")}"));
    }

    /// <summary>How many batches so many threads do in a second by the clock, and in a second of a processor.</summary>
    private static (double Clock, double Processor) Measure(int threads, Action<int> batch)
    {
        var sum = 0L;
        var start = Stopwatch.GetTimestamp();
        var used = Environment.CpuUsage.TotalTime;
        var running = Enumerable.Range(0, threads).Select(number => new Thread(() =>
        {
            var done = 0L;
            for (; Stopwatch.GetElapsedTime(start) < _time; done++)
            {
                batch(number);
            }

            Interlocked.Add(ref sum, done);
        })).ToArray();
        Array.ForEach(running, thread => thread.Start());
        Array.ForEach(running, thread => thread.Join());
        var clock = Stopwatch.GetElapsedTime(start);
        return (sum / clock.TotalSeconds, sum / (Environment.CpuUsage.TotalTime - used).TotalSeconds);
    }
}
