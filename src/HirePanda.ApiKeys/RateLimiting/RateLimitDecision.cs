namespace HirePanda.ApiKeys;

/// <summary>The decision of the rate limiter, with the state for the response fields.</summary>
/// <param name="Limits">The limits that were checked, or null if none were checked.</param>
/// <param name="Now">The time of the decision, in ticks.</param>
/// <param name="Wait">The time until enough permits are available, in ticks, or 0 if the request was admitted.</param>
/// <param name="State">The state of the first bucket.</param>
/// <param name="States">The states of all buckets, or null if there is only one.</param>
internal readonly record struct RateLimitDecision(LimitSet? Limits, long Now, long Wait, long State, long[]? States)
{
    public bool Admitted => Wait == 0;

    /// <summary>
    /// Formats the <c>RateLimit</c> field of draft-ietf-httpapi-ratelimit-headers. For each limit it has the permits that are
    /// available now and the seconds until one more is available.
    /// </summary>
    public string Field()
    {
        if (States is null)
        {
            return State - Now == Limits!.Rules[0].Interval ? Limits.FirstField! : Member(0, State);
        }

        var members = new string[States.Length];
        for (var i = 0; i < members.Length; i++)
        {
            members[i] = Member(i, States[i]);
        }

        return string.Join(", ", members);
    }

    /// <summary>Finds the first limit with at least a fraction of its permits used.</summary>
    /// <returns>The index of the limit, or -1 if there is none.</returns>
    public int FindAbove(double fraction)
    {
        var rules = Limits!.Rules;
        for (var i = 0; i < rules.Length; i++)
        {
            if (rules[i].IsAbove(States is null ? State : States[i], Now, fraction))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Gets the number of used permits of a limit.</summary>
    public int Used(int index)
    {
        ref readonly var rule = ref Limits!.Rules[index];
        return rule.Permits - rule.Remaining(States is null ? State : States[index], Now);
    }

    /// <summary>Converts ticks to whole seconds, rounded up.</summary>
    public static long Seconds(long ticks) => (ticks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond;

    private string Member(int index, long state)
    {
        ref readonly var rule = ref Limits!.Rules[index];
        return LimitSet.Member(index, rule.Remaining(state, Now), Seconds(rule.UntilOneMore(state, Now)));
    }
}
