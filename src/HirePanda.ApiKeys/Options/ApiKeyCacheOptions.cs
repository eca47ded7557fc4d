namespace HirePanda.ApiKeys;

/// <summary>The options of the cache in front of the store, and of reading the store (<c>Cache</c> in configuration).</summary>
public sealed class ApiKeyCacheOptions
{
    /// <summary>
    /// Gets or sets the time for which a key is served from the cache before it is read again, from 1 second to 5 minutes. Each
    /// key's time is up to a tenth shorter, so that keys are not all read at once. The default is 30 seconds.
    /// </summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets or sets the time for which the cache remembers that a secret is unknown, from 0 to 5 minutes. With 0, every attempt
    /// reads the store. The default is 5 seconds.
    /// </summary>
    public TimeSpan NegativeLifetime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Gets or sets the largest number of ordinary keys in the cache, from 1 to 100,000,000. A key with long lists or much
    /// metadata counts as several keys, one for each KiB. While the cache is full, keys of a workspace that uses more than half
    /// of it are removed first. The value is read when the host starts. The default is 100,000.
    /// </summary>
    public int Capacity { get; set; } = 100_000;

    /// <summary>
    /// Gets or sets the largest number of unknown secrets in the cache, from 1 to 100,000,000. The value is read when the host
    /// starts. The default is 10,000.
    /// </summary>
    public int NegativeCapacity { get; set; } = 10_000;

    /// <summary>
    /// Gets or sets the longest time that one read of the store can take, from 10 milliseconds to 1 minute. The default is 2
    /// seconds.
    /// </summary>
    public TimeSpan StoreTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Gets or sets the largest number of concurrent reads of the store, from 1 to 100,000. Above it, a request whose key is not
    /// cached is answered with 503. Secrets that are not known to belong to a key get at most half of the reads, so that invalid
    /// secrets do not delay keys in use. The default is 64.
    /// </summary>
    public int MaxStoreReads { get; set; } = 64;
}
