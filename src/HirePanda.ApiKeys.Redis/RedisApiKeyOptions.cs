namespace HirePanda.ApiKeys;

/// <summary>The options of <c>AddRedis</c>.</summary>
public sealed class RedisApiKeyOptions
{
    /// <summary>
    /// Gets or sets the time that a request waits for Redis, from 1 millisecond to 1 second. The default is 30 milliseconds.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMilliseconds(30);

    /// <summary>
    /// Gets or sets what happens to requests while Redis is unavailable. The default is
    /// <see cref="RedisDegradationMode.FallBackToLocal"/>.
    /// </summary>
    public RedisDegradationMode DegradationMode { get; set; }

    /// <summary>
    /// Gets or sets the start of all keys and channels in Redis, at most 200 characters. Apps that share a Redis server but not
    /// a store need different prefixes. The default is <c>hirepanda:</c>.
    /// </summary>
    public string KeyPrefix { get; set; } = "hirepanda:";
}
