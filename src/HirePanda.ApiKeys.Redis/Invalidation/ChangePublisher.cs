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

    /// <summary>
    /// Gets the channel on which this process tests its subscription. Only this process receives the tests, so that their
    /// number does not grow with the square of the number of processes.
    /// </summary>
    public RedisChannel TestChannel => RedisChannel.Literal($"{options.Value.KeyPrefix}changes:{Id}");

    /// <summary>Starts to publish.</summary>
    public void Start()
        => events.Changed += change => Publish(Channel, ChangeMessage.From(change, Id, time.GetUtcNow()).ToString());

    /// <summary>Publishes a message that tests the subscription of this process.</summary>
    public void PublishTest() => Publish(TestChannel, RedisValue.EmptyString);

    private void Publish(RedisChannel channel, RedisValue message)
    {
        try
        {
            connection.Multiplexer?.GetSubscriber().Publish(channel, message, CommandFlags.FireAndForget);
        }
#pragma warning disable CA1031 // The change is stored, so a client that throws must not fail the call.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Other processes find the change in the change table.
        }
    }
}
