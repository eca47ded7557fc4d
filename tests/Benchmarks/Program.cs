using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using HirePanda.ApiKeys.Benchmarks;

var options = new Arguments(args);
switch (args)
{
    case ["stores", .. var sizes]:
        await StoreBenchmark.RunAsync(sizes.Length == 0 ? [1_000, 1_000_000] : [.. sizes.Select(int.Parse)]);
        return 0;
    case ["usage", .. var rows]:
        await UsageBenchmark.RunAsync(rows is [var count] ? int.Parse(count) : 10_000_000);
        return 0;
    case ["pipeline", ..] when options.Text("only") is { } only:
        await PipelineDetails.OnlyAsync(only, TimeSpan.FromSeconds(options.Number("seconds", 20)), options.Has("types"));
        return 0;
    case ["pipeline", ..] when options.Has("pieces"):
        await PipelineDetails.PiecesAsync(options.Number("rounds", 40), TimeSpan.FromSeconds(options.Number("warm-up", 3)));
        return 0;
    case ["guard"]:
        return await PipelineBenchmark.GuardAsync();
    case ["pipeline", ..]:
        await PipelineBenchmark.RunAsync(options.Number("rounds", 40), TimeSpan.FromSeconds(options.Number("warm-up", 3)));
        return 0;
    case ["end-to-end", ..]:
        await EndToEndBenchmark.RunAsync(options.Number("rounds", 7), options.Number("seconds", 3));
        return 0;
    case ["micro", .. var rest]:
        string[] all = options.Has("filter") ? [] : ["--filter", "*"];
        BenchmarkSwitcher.FromAssembly(typeof(PipelineMicro).Assembly)
            .Run([.. rest, .. all], DefaultConfig.Instance.WithArtifactsPath("artifacts/micro"));
        return 0;
    case ["scale", ..]:
        await ScaleBenchmark.RunAsync(options.Number("keys", 1_000_000), options.Text("only"));
        return 0;
    case ["redis", ..]:
        await RedisBenchmark.RunAsync(options.Number("rounds", 15));
        return 0;
    case ["sizing", ..]:
        await SizingBenchmark.RunAsync(options.Number("requests", 100_000), [1_000, 10_000]);
        return 0;
    case ["serve", var name, var port]:
        await ServerProcess.ServeAsync(name, int.Parse(port));
        return 0;
    case ["start", var name]:
        await StartUpBenchmark.StartAsync(name);
        return 0;
    default:
        Console.Error.WriteLine("usage: dotnet run -c Release --project tests/Benchmarks -- COMMAND");
        Console.Error.WriteLine(
            "  pipeline [--rounds N]   the cost of protecting an endpoint: this library and the framework's schemes");
        Console.Error.WriteLine("  guard                   a short run that fails if a request costs much more than before");
        Console.Error.WriteLine("  pipeline --pieces [--rounds N]   the same with pieces removed or added");
        Console.Error.WriteLine(
            "  pipeline --only NAME [--seconds N] [--types]   one contender, for a profiler, or the types that it allocates");
        Console.Error.WriteLine("  end-to-end [--rounds N] [--seconds N]   the same on Kestrel with the load of wrk");
        Console.Error.WriteLine(
            "  micro                   a request and its parts with BenchmarkDotNet, which gets the remaining arguments");
        Console.Error.WriteLine(
            "  scale [--keys N] [--only PART]   the cost of memory, networks, keys, cores, or start-up (PART)");
        Console.Error.WriteLine(
            "  stores [SIZE ...]       lookups by hash and pages in tables of SIZE keys (default 1000 1000000), on SQLite,");
        Console.Error.WriteLine("                          and on PostgreSQL if HIREPANDA_POSTGRES is a connection string");
        Console.Error.WriteLine(
            "  usage [ROWS]            the first byte of a report over 30 days and ROWS rows (default 10000000), on the same");
        Console.Error.WriteLine("                          databases");
        Console.Error.WriteLine(
            "  redis [--rounds N]      decisions per second of this library's limiter, of redis-benchmark with the same script,");
        Console.Error.WriteLine("                          and of RedisRateLimiting, on a redis-server of its own");
        Console.Error.WriteLine(
            "  sizing [--requests N]   what a node costs Redis and PostgreSQL (HIREPANDA_POSTGRES), busy and idle");
        return 2;
}
