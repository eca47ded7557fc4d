using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace HirePanda.ApiKeys;

/// <summary>
/// Publishes the changes of this process after they are committed. It does not wait for Redis. If a message is lost, other
/// processes find the change in the change table.
/// </summary>
internal sealed class ChangePublisher(
    RedisConnection connection, ChangeEvents events, IOptions<RedisApiKeyOptions> options, TimeProvider time)
{
    /// <summary>Gets the channel of all processes with the same prefix.</summary>
    public RedisChannel Channel { get; } = RedisChannel.Literal($"{options.Value.KeyPrefix}changes");

    /// <summary>Gets the id of this process, so that it ignores its own messages.</summary>
    public string Id { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Starts to publish.</summary>
    public void Start() => events.Changed += change => Publish(ChangeMessage.From(change, Id, time.GetUtcNow()));

    /// <summary>Publishes a message that tests the subscription of this process.</summary>
    public void PublishTest() => Publish(new ChangeMessage(Id, time.GetUtcNow(), null, []));

    private void Publish(ChangeMessage message)
    {
        try
        {
            connection.Multiplexer?.GetSubscriber().Publish(Channel, message.ToString(), CommandFlags.FireAndForget);
        }
#pragma warning disable CA1031 // The change is stored, so a client that throws must not fail the call.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Other processes find the change in the change table.
        }
    }
}
