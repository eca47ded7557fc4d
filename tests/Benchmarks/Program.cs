using HirePanda.ApiKeys.Benchmarks;

var options = new Arguments(args);
switch (args)
{
    case ["stores", .. var sizes]:
        await StoreBenchmark.RunAsync(sizes.Length == 0 ? [1_000, 1_000_000] : [.. sizes.Select(int.Parse)]);
        return 0;
    case ["pipeline", ..]:
        await PipelineBenchmark.RunAsync(options.Number("rounds", 40), TimeSpan.FromSeconds(options.Number("warm-up", 3)));
        return 0;
    default:
        Console.Error.WriteLine("usage: dotnet run -c Release --project tests/Benchmarks -- COMMAND");
        Console.Error.WriteLine("  pipeline [--rounds N]   what guarding an endpoint costs a request: ours against what the framework has");
        Console.Error.WriteLine("  stores [SIZE ...]       lookup by hash and keyset pages over tables of so many keys (default 1000 1000000), on SQLite,");
        Console.Error.WriteLine("                          and on PostgreSQL where HIREPANDA_POSTGRES is a connection string");
        return 2;
}
