using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using Perfolizer.Horology;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>Short iterations, with a warm-up that is long enough for the runtime to compile code three times.</summary>
internal sealed class MicroConfig : ManualConfig
{
    public MicroConfig()
    {
        AddJob(Job.Default.WithIterationTime(TimeInterval.FromMilliseconds(200)).WithWarmupCount(15).WithIterationCount(8));
        AddDiagnoser(MemoryDiagnoser.Default);
    }
}
