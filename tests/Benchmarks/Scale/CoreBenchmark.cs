using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>
/// Compares the throughput of two threads with that of one, each with its own keys: by the clock, and by processor time, which
/// other processes do not affect. Requests without authorization and the framework's floor show the limits of the machine.
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

    /// <summary>Measures whole requests. Each thread has its own connection and credential.</summary>
    private static async Task PipelineAsync(Scenario scenario, string?[] authorizations)
    {
        await using var set = new ContenderSet();
        var (_, server) = await set.AddAsync(scenario);
        var contenders = Array.ConvertAll(
            authorizations,
            authorization => new RequestContender(scenario.Name, server.Connect(authorization), StatusCodes.Status200OK));
        foreach (var contender in contenders)
        {
            await contender.PrimeAsync();
        }

        await Task.Yield();
        Report($"pipeline {scenario.Name}", thread => contenders[thread].Run(Batch));
    }

    /// <summary>Measures one thread and two threads alternately. The first half of the rounds is the warm-up.</summary>
    private static void Report(string name, Action<int> batch)
    {
        var (clock, processor) = (new List<double>(), new List<double>());
        for (var round = 0; round < 2 * Rounds; round++)
        {
            var single = Measure(1, batch);
            var parallel = Measure(Threads, batch);
            clock.Add(parallel.Clock / single.Clock);
            processor.Add(Threads * parallel.Processor / single.Processor);
        }

        var byClock = Spread.From(clock.Skip(Rounds)).ToString("F2");
        var byProcessor = Spread.From(processor.Skip(Rounds)).ToString("F2");
        Console.WriteLine($"cores {name} two/one={byClock} by-processor-time={byProcessor}");
    }

    /// <summary>Measures batches per second of elapsed time and per second of processor time.</summary>
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
