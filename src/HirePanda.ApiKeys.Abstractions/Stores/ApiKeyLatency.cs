namespace HirePanda.ApiKeys.Stores;

/// <summary>
/// Converts latencies to the buckets of usage. Each bucket reaches 10 % further than the one before, from one microsecond to more
/// than eight hours. Counts of several processes and times can be added, and any percentile of the sum is within 5 % of the exact
/// one.
/// </summary>
public static class ApiKeyLatency
{
    /// <summary>The highest bucket: 255.</summary>
    public const int MaxBucket = byte.MaxValue;

    private const double Growth = 1.1;
    private static readonly double _perLog = 1 / Math.Log(Growth);

    /// <summary>Gets the bucket of a latency.</summary>
    /// <param name="latency">The latency. Less than a microsecond counts as one microsecond.</param>
    /// <returns>The bucket, 1 to <see cref="MaxBucket"/>.</returns>
    public static int GetBucket(TimeSpan latency)
    {
        var microseconds = latency.Ticks / (double)TimeSpan.TicksPerMicrosecond;
        return microseconds <= 1 ? 1 : Math.Min(MaxBucket, 1 + (int)(Math.Log(microseconds) * _perLog));
    }

    /// <summary>Gets the latency that stands for a bucket.</summary>
    /// <param name="bucket">The bucket, 1 to <see cref="MaxBucket"/>.</param>
    /// <returns>A latency that is at most 5 % away from any latency in the bucket.</returns>
    public static TimeSpan GetValue(int bucket)
    {
        // The relative error of this mean is the same at both edges of the bucket.
        var microseconds = Math.Pow(Growth, bucket - 1) * 2 * Growth / (1 + Growth);
        return TimeSpan.FromMicroseconds(microseconds);
    }

    /// <summary>Calculates a percentile of counted latencies.</summary>
    /// <param name="counts">
    /// The number of latencies in each bucket, indexed by bucket. The first element, of requests that were not measured, is
    /// ignored.
    /// </param>
    /// <param name="percentile">The percentile as a fraction, 0 to 1.</param>
    /// <returns>The latency, or null if there are no counts.</returns>
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
                return GetValue(bucket);
            }
        }

        return null;
    }
}
