namespace HirePanda.ApiKeys;

/// <summary>Reports whether Redis shares rate limits and brings changes of other processes.</summary>
internal sealed class RedisHealth(RedisCircuit circuit, ChangeSubscription subscription) : IHealthSource
{
    public string Name => "redis";

    public ValueTask<string?> FindProblemAsync(CancellationToken cancellationToken)
        => new(!circuit.IsClosed ? "Redis is unavailable for API keys."
            : !subscription.IsReceiving ? "Changes of API keys by other processes do not arrive through Redis."
            : null);
}
