using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace HirePanda.ApiKeys;

/// <summary>
/// A background job that receives the changes of other processes and drops them from the cache. Every second, it sends itself a
/// message on a channel of its own. A message that does not come back, or a lost connection, means that changes may be missing.
/// When messages come back again, the change table is read at once, or the cache is cleared if the store does not have a change
/// table.
/// </summary>
internal sealed class ChangeSubscription : BackgroundJob
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    /// <summary>The time between two attempts while messages do not come back.</summary>
    private static readonly TimeSpan _retryInterval = TimeSpan.FromMilliseconds(200);

    private readonly RedisConnection _connection;
    private readonly ChangePublisher _publisher;
    private readonly KeyLookup _lookup;
    private readonly ChangePoller _poller;
    private readonly ApiKeyMetrics _metrics;
    private readonly bool _hasFeed;
    private bool _isSubscribed;
    private int _unanswered;
    private int _hasGap = 1;

    public ChangeSubscription(
        RedisConnection connection,
        ChangePublisher publisher,
        KeyLookup lookup,
        ChangePoller poller,
        ApiKeyMetrics metrics,
        IServiceProviderIsService services,
        TimeProvider time,
        ILogger<ChangeSubscription> logger)
        : base(_interval, time, logger)
    {
        (_connection, _publisher, _lookup, _poller, _metrics) = (connection, publisher, lookup, poller, metrics);
        _hasFeed = services.IsService(typeof(IApiKeyChangeFeed));
        connection.Changed += () =>
        {
            StartGap();
            Wake();
        };
    }

    /// <summary>Gets a value that indicates whether changes of other processes arrive.</summary>
    public bool IsReceiving => Volatile.Read(ref _hasGap) == 0;

    protected override TimeSpan FirstRun => TimeSpan.Zero;

    protected override string FailureMessage
        => "This process could not subscribe to changes of API keys in Redis. Changes by other processes apply when the change "
            + "table is read.";

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        if (_connection.Multiplexer is not { IsConnected: true } multiplexer)
        {
            RunIn(_retryInterval);
            return;
        }

        if (!_isSubscribed)
        {
            RunIn(_retryInterval);
            var subscriber = multiplexer.GetSubscriber();
            await Task.WhenAll(
                subscriber.SubscribeAsync(_publisher.Channel, (_, message) => Receive(message)),
                subscriber.SubscribeAsync(_publisher.TestChannel, (_, _) => ReceiveTest(subscriber)))
                .WaitAsync(_interval, Time, cancellationToken);
            _isSubscribed = true;
        }

        if (Interlocked.Increment(ref _unanswered) > 1)
        {
            StartGap();
        }

        _publisher.PublishTest();
        RunIn(IsReceiving ? _interval : _retryInterval);
    }

    private void Receive(RedisValue value)
    {
        if (ChangeMessage.Parse(value) is not { } message || message.Sender == _publisher.Id)
        {
            return;
        }

        foreach (var hash in message.Hashes)
        {
            _lookup.Forget(hash);
        }

        if (message.Workspace is { } workspace)
        {
            _lookup.ForgetWorkspace(workspace);
        }

        _metrics.RecordInvalidation(Time.GetUtcNow() - message.At);
    }

    /// <summary>Notes that a test came back. It counts only if the client has also subscribed to the changes.</summary>
    private void ReceiveTest(ISubscriber subscriber)
    {
        if (subscriber.SubscribedEndpoint(_publisher.Channel) is not null)
        {
            Volatile.Write(ref _unanswered, 0);
            CloseGap();
        }
    }

    private void StartGap()
    {
        Volatile.Write(ref _hasGap, 1);
        _poller.IsBackup = false;
    }

    private void CloseGap()
    {
        if (Interlocked.Exchange(ref _hasGap, 0) == 0)
        {
            return;
        }

        _poller.IsBackup = true;
        if (_hasFeed)
        {
            _poller.Wake();
        }
        else
        {
            _lookup.Clear();
        }
    }
}
