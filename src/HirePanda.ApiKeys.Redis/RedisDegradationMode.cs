namespace HirePanda.ApiKeys;

/// <summary>Specifies what happens to requests while Redis is unavailable.</summary>
public enum RedisDegradationMode
{
    /// <summary>
    /// Limits apply in each process: all processes together admit up to the limit for each process. A host starts without Redis.
    /// </summary>
    FallBackToLocal,

    /// <summary>No rate limit refuses a request. A host does not start without Redis.</summary>
    Admit,

    /// <summary>Requests with a valid key are answered 503. A host does not start without Redis.</summary>
    Refuse,
}
