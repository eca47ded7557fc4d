using System.Threading.Channels;

namespace HirePanda.ApiKeys;

/// <summary>Wakes the sender of this process when there is something to send.</summary>
internal sealed class WebhookSignal
{
    /// <summary>Of objects, whose channel the framework brings compiled.</summary>
    private readonly Channel<object> _wakes = Channel.CreateBounded<object>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Wake() => _wakes.Writer.TryWrite(this);

    /// <summary>Waits until somebody wakes, or some time has passed.</summary>
    public async Task WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(_wakes.Reader.WaitToReadAsync(over.Token).AsTask(), Task.Delay(atMost, time, over.Token)).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        _wakes.Reader.TryRead(out _);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
