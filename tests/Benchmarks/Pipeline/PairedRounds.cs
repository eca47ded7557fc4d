namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>
/// Measures contenders alternately in one process, so that other work on the machine affects all of them equally. Every round
/// runs a batch of each in random order, and only numbers of the same round are compared.
/// </summary>
internal sealed class PairedRounds(IReadOnlyList<Contender> contenders)
{
    private static readonly TimeSpan _batch = TimeSpan.FromMilliseconds(20);

    private readonly Random _random = new(7);
    private readonly int[] _sizes = [.. contenders.Select(_ => 100)];

    /// <summary>
    /// Runs each contender for the given time. The runtime recompiles frequently used code several times during the warm-up.
    /// </summary>
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

    /// <summary>Measures one sample of each contender in every round, and returns the samples by name.</summary>
    public IReadOnlyDictionary<string, Sample[]> Run(int rounds)
    {
        var samples = contenders.ToDictionary(contender => contender.Name, _ => new Sample[rounds]);
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

        // The cache makes a read here if one is due.
        contender.PrimeAsync().GetAwaiter().GetResult();
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var start = ThreadTime.Now;
        contender.Run(size);
        var elapsed = ThreadTime.Now - start;
        return new Sample(elapsed.TotalNanoseconds / size, (GC.GetAllocatedBytesForCurrentThread() - bytes) / (double)size);
    }
}

/// <summary>The average cost of one operation in a batch.</summary>
internal readonly record struct Sample(double Nanoseconds, double Bytes)
{
    public static Sample operator -(Sample left, Sample right)
        => new(left.Nanoseconds - right.Nanoseconds, left.Bytes - right.Bytes);
}
