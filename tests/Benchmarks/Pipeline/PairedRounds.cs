namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>
/// Measures contenders by turns in one process, so that what the machine does besides strikes all of them alike: every round
/// runs a batch of each in another order, and only numbers of the same round are compared.
/// </summary>
internal sealed class PairedRounds(IReadOnlyList<Contender> contenders)
{
    private static readonly TimeSpan _batch = TimeSpan.FromMilliseconds(20);

    private readonly Random _random = new(7);
    private readonly int[] _sizes = [.. contenders.Select(_ => 100)];

    /// <summary>Runs everything, in turns too, until so much time went into each: the runtime compiles hot code anew, more than once.</summary>
    public void WarmUp(TimeSpan each)
    {
        var spent = TimeSpan.Zero;
        while (spent < each)
        {
            spent += _batch;
            for (var i = 0; i < contenders.Count; i++)
            {
                var sample = Measure(i);
                _sizes[i] = Math.Clamp((int)(_batch.TotalNanoseconds / sample.Nanoseconds), 100, 200_000);
            }
        }
    }

    /// <summary>For each contender, by name, one sample a round.</summary>
    public IReadOnlyDictionary<string, Sample[]> Run(int rounds)
    {
        var samples = contenders.ToDictionary(one => one.Name, _ => new Sample[rounds]);
        var order = Enumerable.Range(0, contenders.Count).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            _random.Shuffle(order);
            foreach (var i in order)
            {
                samples[contenders[i].Name][round] = Measure(i);
            }
        }

        return samples;
    }

    private Sample Measure(int index)
    {
        var (contender, size) = (contenders[index], _sizes[index]);

        // What the cache has to read anew it reads here.
        contender.PrimeAsync().GetAwaiter().GetResult();
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var start = ThreadTime.Now;
        contender.Run(size);
        var elapsed = ThreadTime.Now - start;
        return new Sample(elapsed.TotalNanoseconds / size, (GC.GetAllocatedBytesForCurrentThread() - bytes) / (double)size);
    }
}

/// <summary>What one time cost in a batch.</summary>
internal readonly record struct Sample(double Nanoseconds, double Bytes)
{
    public static Sample operator -(Sample left, Sample right) => new(left.Nanoseconds - right.Nanoseconds, left.Bytes - right.Bytes);
}
