namespace HirePanda.ApiKeys;

/// <summary>
/// The latency buckets of usage: each reaches 10 % further than the one before, from one microsecond to more than eight hours, so that counts of
/// several processes and times can be added and any percentile of the sum is within 5 % of the exact one.
/// </summary>
public static class ApiKeyLatency
{
    /// <summary>The highest bucket: 255.</summary>
    public const int MaxBucket = byte.MaxValue;

    private const double Growth = 1.1;
    private static readonly double _perLog = 1 / Math.Log(Growth);

    /// <summary>The bucket of a latency, 1 to <see cref="MaxBucket"/>.</summary>
    /// <param name="latency">The latency; less than a microsecond counts as one.</param>
    public static int BucketOf(TimeSpan latency)
    {
        var microseconds = latency.Ticks / (double)TimeSpan.TicksPerMicrosecond;
        return microseconds <= 1 ? 1 : Math.Min(MaxBucket, 1 + (int)(Math.Log(microseconds) * _perLog));
    }

    /// <summary>The latency that stands for a bucket: no latency in it is more than 5 % away.</summary>
    /// <param name="bucket">The bucket, 1 to <see cref="MaxBucket"/>.</param>
    public static TimeSpan ValueOf(int bucket)
    {
        // The mean of its edges by which the relative error is the same at both.
        var microseconds = Math.Pow(Growth, bucket - 1) * 2 * Growth / (1 + Growth);
        return TimeSpan.FromMicroseconds(microseconds);
    }

    /// <summary>A percentile of counted latencies; null when there are none.</summary>
    /// <param name="counts">How many latencies each bucket holds, by bucket; the first one, of requests not measured, is ignored.</param>
    /// <param name="percentile">The percentile as a share, 0 to 1.</param>
    public static TimeSpan? Percentile(ReadOnlySpan<long> counts, double percentile)
    {
        var total = 0L;
        for (var bucket = 1; bucket < counts.Length; bucket++)
        {
            total += counts[bucket];
        }

        // The nearest rank.
        var rank = Math.Max(1, (long)Math.Ceiling(percentile * total));
        for (var bucket = 1; bucket < counts.Length; bucket++)
        {
            rank -= counts[bucket];
            if (rank <= 0 && total > 0)
            {
                return ValueOf(bucket);
            }
        }

        return null;
    }
}
