namespace HirePanda.ApiKeys;

/// <summary>
/// The time that our services have in all, one after the other, when the host stops: a store that is away must not hold the host up until
/// whoever stops it loses patience and kills it.
/// </summary>
internal sealed class StopBudget(TimeProvider time)
{
    private static readonly long _all = TimeSpan.FromSeconds(6).Ticks;

    private long _endsAt;

    /// <summary>Ends a service. When its time is over it is left alone, even if it does not heed the token.</summary>
    /// <param name="atMost">Its share: what is to be stored last must have some time left.</param>
    /// <param name="end">What there is to do; the token is its own, since the host's may be over.</param>
    public async Task SpendAsync(TimeSpan atMost, Func<CancellationToken, Task> end)
    {
        var now = time.GetUtcNow().UtcTicks;
        var endsAt = Interlocked.CompareExchange(ref _endsAt, now + _all, 0) is not 0 and var begun ? begun : now + _all;
        var share = TimeSpan.FromTicks(Math.Clamp(endsAt - now, 0, atMost.Ticks));

        // Not disposed of: a call that does not end in time may still ask the token. On another thread: a database's client may block when it is cancelled.
#pragma warning disable CA2000
        var over = new CancellationTokenSource(share, time);
#pragma warning restore CA2000
        await Task.Run(() => end(over.Token), CancellationToken.None).WaitAsync(share, time, CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
