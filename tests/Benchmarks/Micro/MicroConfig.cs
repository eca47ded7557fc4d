using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using Perfolizer.Horology;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>Short iterations, but a warm-up long enough for code that the runtime compiles three times over.</summary>
internal sealed class MicroConfig : ManualConfig
{
    public MicroConfig()
    {
        AddJob(Job.Default.WithIterationTime(TimeInterval.FromMilliseconds(200)).WithWarmupCount(15).WithIterationCount(8));
        AddDiagnoser(MemoryDiagnoser.Default);
    }
}
