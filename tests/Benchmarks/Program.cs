using HirePanda.ApiKeys.Benchmarks;

switch (args)
{
    case ["stores", .. var sizes]:
        await StoreBenchmark.RunAsync(sizes.Length == 0 ? [1_000, 1_000_000] : [.. sizes.Select(int.Parse)]);
        return 0;
    case ["usage", .. var rows]:
        await UsageBenchmark.RunAsync(rows is [var count] ? int.Parse(count) : 10_000_000);
        return 0;
    default:
        Console.Error.WriteLine("usage: dotnet run -c Release --project tests/Benchmarks -- stores [SIZE ...]");
        Console.Error.WriteLine("  stores   lookup by hash and keyset pages over tables of so many keys (default 1000 1000000), on SQLite,");
        Console.Error.WriteLine("           and on PostgreSQL where HIREPANDA_POSTGRES is a connection string");
        return 2;
}
