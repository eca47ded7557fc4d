using BenchmarkDotNet.Attributes;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>A request through the whole application of each contender.</summary>
[Config(typeof(MicroConfig))]
public class PipelineMicro : IAsyncDisposable
{
    private readonly ContenderSet _set = new();
    private Exchange _exchange = null!;

    /// <summary>Starts the application of the benchmark that is about to run.</summary>
    [GlobalSetup(Target = nameof(Anonymous))]
    public Task SetUpAnonymousAsync() => SetUpAsync(Scenarios.Anonymous);

    [GlobalSetup(Target = nameof(Floor))]
    public Task SetUpFloorAsync() => SetUpAsync(Scenarios.Floor);

    [GlobalSetup(Target = nameof(Ours))]
    public Task SetUpOursAsync() => SetUpAsync(Scenarios.Ours);

    [GlobalSetup(Target = nameof(JwtHs256))]
    public Task SetUpJwtHs256Async() => SetUpAsync(Scenarios.JwtHs256);

    [GlobalSetup(Target = nameof(JwtRs256))]
    public Task SetUpJwtRs256Async() => SetUpAsync(Scenarios.JwtRs256);

    [GlobalSetup(Target = nameof(FloorAndLimiter))]
    public Task SetUpFloorAndLimiterAsync() => SetUpAsync(Scenarios.FloorAndLimiter);

    [Benchmark(Baseline = true)]
    public Task Anonymous() => _exchange.SendAsync();

    [Benchmark]
    public Task Floor() => _exchange.SendAsync();

    [Benchmark]
    public Task Ours() => _exchange.SendAsync();

    [Benchmark]
    public Task JwtHs256() => _exchange.SendAsync();

    [Benchmark]
    public Task JwtRs256() => _exchange.SendAsync();

    [Benchmark]
    public Task FloorAndLimiter() => _exchange.SendAsync();

    [GlobalCleanup]
    public async ValueTask DisposeAsync()
    {
        await _set.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private async Task SetUpAsync(Scenario scenario)
    {
        var (_, server) = await _set.AddAsync(scenario);
        _exchange = server.Connect(scenario.Authorization);
    }
}
