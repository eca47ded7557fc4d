using System.Diagnostics;
using System.Globalization;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>A limiter in Redis that takes a permit of one key.</summary>
/// <param name="name">The name in the results.</param>
internal abstract class LimiterContender(string name)
{
    public string Name => name;

    /// <summary>Gets the id of a key. All contenders use the same ids, so that their commands are equally long.</summary>
    public static string Key(string number) => $"key_{number.PadLeft(32, '0')}";

    public static string Key(int number) => Key(number.ToString(CultureInfo.InvariantCulture));

    /// <summary>Measures a number of decisions.</summary>
    /// <param name="load">The callers and keys.</param>
    /// <param name="count">The number of decisions.</param>
    /// <returns>The decisions per second.</returns>
    public virtual async Task<double> MeasureAsync(LimiterLoad load, int count)
    {
        var next = -1;
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, load.Callers).Select(_ => Task.Run(CallAsync)));
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;

        async Task CallAsync()
        {
            for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            {
                if (!await IsAdmittedAsync(i % load.Keys).ConfigureAwait(false))
                {
                    throw new InvalidOperationException($"{Name} refused a request, so its time is not valid.");
                }
            }
        }
    }

    /// <summary>Takes a permit of a key.</summary>
    protected virtual ValueTask<bool> IsAdmittedAsync(int key) => throw new NotSupportedException();
}

/// <summary>The load on a limiter.</summary>
/// <param name="Callers">The number of callers that each wait for one decision at a time.</param>
/// <param name="Keys">The number of keys, whose requests alternate.</param>
internal readonly record struct LimiterLoad(int Callers, int Keys);
