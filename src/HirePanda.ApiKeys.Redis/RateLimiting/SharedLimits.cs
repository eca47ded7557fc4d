using System.Globalization;
using StackExchange.Redis;

namespace HirePanda.ApiKeys;

/// <summary>
/// The limits of a family in Redis, as this process knows them: the key and the arguments of the script, and what Redis last
/// said about each bucket. Until a bucket without permits gets the next one, no process can take any, so what is known is exact.
/// </summary>
internal sealed class SharedLimits
{
    /// <summary>
    /// The time for which a reply is used. It is short, so that limits that an operator deletes in Redis soon start again.
    /// </summary>
    private const long Lifetime = 10 * TimeSpan.TicksPerSecond;

    private readonly LimitSet _limits;
    private readonly RedisValue[] _single;
    private readonly long[] _tats;
    private long _knownUntil = long.MinValue;

    public SharedLimits(string prefix, string family, LimitSet limits)
    {
        _limits = limits;
        _tats = new long[limits.Limits.Length];
        Key = [GetKey(prefix, family)];
        _single = new RedisValue[1 + limits.Limits.Length];
        _single[0] = 1;
        for (var i = 0; i < limits.Limits.Length; i++)
        {
            var (permits, window) = limits.Limits[i];
            _single[i + 1] = string.Create(CultureInfo.InvariantCulture, $"{permits}/{window.Ticks / TimeSpan.TicksPerSecond}");
        }
    }

    /// <summary>Gets the key of the script, which is in one slot of a cluster.</summary>
    public RedisKey[] Key { get; }

    /// <summary>Gets the key of a family.</summary>
    public static RedisKey GetKey(string prefix, string family) => $"{prefix}limits:{{{family}}}";

    /// <summary>Gets the arguments of the script.</summary>
    public RedisValue[] GetArguments(int cost) => cost == 1 ? _single : [cost, .. _single[1..]];

    /// <summary>Refuses a request if Redis has already said that its permits are not available yet.</summary>
    public bool TryRefuse(int cost, long now, out RateLimitDecision refusal)
    {
        refusal = default;
        if (now >= Volatile.Read(ref _knownUntil) || !IsEmpty(now))
        {
            return false;
        }

        var wait = 0L;
        for (var i = 0; i < _tats.Length; i++)
        {
            ref readonly var rule = ref _limits.Rules[i];
            var increment = rule.Interval * Math.Min(cost, rule.Permits);
            wait = Math.Max(wait, GetTat(i, now) + increment - now - rule.Capacity);
        }

        refusal = Create(now, wait, i => GetTat(i, now));
        return wait > 0;
    }

    /// <summary>Reads a reply, and raises the buckets of this process to it, so that a fallback continues from there.</summary>
    /// <param name="reply">The reply of the script.</param>
    /// <param name="buckets">The buckets of this process.</param>
    /// <param name="sentAt">
    /// The time when the request was sent. Redis decided later, so the debts from this time on are never too high.
    /// </param>
    public RateLimitDecision Read(long[] reply, Buckets buckets, long sentAt)
    {
        for (var i = 0; i < _tats.Length; i++)
        {
            Volatile.Write(ref _tats[i], sentAt + reply[i + 1]);
            buckets[i].Raise(reply[i + 1], sentAt);
        }

        Volatile.Write(ref _knownUntil, sentAt + Lifetime);
        return Create(sentAt, reply[0], i => sentAt + reply[i + 1]);
    }

    /// <summary>Determines whether a bucket has no permits.</summary>
    private bool IsEmpty(long now)
    {
        for (var i = 0; i < _tats.Length; i++)
        {
            if (_limits.Rules[i].UntilAny(Volatile.Read(ref _tats[i]), now) > 0)
            {
                return true;
            }
        }

        return false;
    }

    private long GetTat(int index, long now)
        => Math.Clamp(Volatile.Read(ref _tats[index]), now, now + _limits.Rules[index].Capacity);

    private RateLimitDecision Create(long now, long wait, Func<int, long> state)
    {
        if (_tats.Length == 1)
        {
            return new(_limits, now, wait, state(0), null);
        }

        var states = new long[_tats.Length];
        for (var i = 0; i < states.Length; i++)
        {
            states[i] = state(i);
        }

        return new(_limits, now, wait, states[0], states);
    }
}
