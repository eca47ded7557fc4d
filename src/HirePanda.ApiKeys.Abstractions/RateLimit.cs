namespace HirePanda.ApiKeys;

/// <summary>
/// At most <see cref="Permits"/> per <see cref="Window"/>, refilled evenly (GCRA): a burst may take all permits at once, after
/// which one comes back every <c>Window / Permits</c>, rounded up to 100 ns.
/// </summary>
/// <param name="Permits">The number of permits, 1 to 1,000,000.</param>
/// <param name="Window">The time in which all permits come back: whole seconds, 1 second to 31 days.</param>
/// <remarks>Numbers out of range are not refused here; see <see cref="IsValid"/>.</remarks>
public readonly record struct RateLimit(int Permits, TimeSpan Window)
{
    /// <summary>The largest number of permits: 1,000,000.</summary>
    public const int MaxPermits = 1_000_000;

    /// <summary>The longest window: 31 days.</summary>
    public static readonly TimeSpan MaxWindow = TimeSpan.FromDays(31);

    /// <summary>Gets a value that indicates whether both numbers are within their ranges.</summary>
    public bool IsValid => Permits is >= 1 and <= MaxPermits
        && Window >= TimeSpan.FromSeconds(1) && Window <= MaxWindow && Window.Ticks % TimeSpan.TicksPerSecond == 0;

    /// <summary>Determines whether this limit allows neither more at once nor more per second than another one.</summary>
    /// <param name="other">The other limit.</param>
    public bool Implies(RateLimit other)
        => Permits <= other.Permits && Permits * (Int128)other.Window.Ticks <= other.Permits * (Int128)Window.Ticks;
}
