namespace HirePanda.ApiKeys;

/// <summary>What the limiter decided, and the state from which the response fields are written.</summary>
/// <param name="Limits">The limits that were asked; null where none was.</param>
/// <param name="Now">When, in ticks.</param>
/// <param name="Wait">Ticks until the cost fits; 0 when it was admitted.</param>
/// <param name="State">The first bucket's state.</param>
/// <param name="States">Every bucket's state; null when there is one alone.</param>
internal readonly record struct RateLimitDecision(LimitSet? Limits, long Now, long Wait, long State, long[]? States)
{
    public bool Admitted => Wait == 0;

    /// <summary>
    /// The <c>RateLimit</c> field of draft-ietf-httpapi-ratelimit-headers: per limit the permits now and the seconds until one
    /// more.
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

    /// <summary>The first limit of which more than a share is used; -1: none.</summary>
    public int FindAbove(double share)
    {
        var rules = Limits!.Rules;
        for (var i = 0; i < rules.Length; i++)
        {
            if (rules[i].IsAbove(States is null ? State : States[i], Now, share))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>How many permits of a limit are used.</summary>
    public int Used(int index)
    {
        ref readonly var rule = ref Limits!.Rules[index];
        return rule.Permits - rule.Remaining(States is null ? State : States[index], Now);
    }

    /// <summary>Whole seconds, rounded up.</summary>
    public static long Seconds(long ticks) => (ticks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond;

    private string Member(int index, long state)
    {
        ref readonly var rule = ref Limits!.Rules[index];
        return LimitSet.Member(index, rule.Remaining(state, Now), Seconds(rule.UntilOneMore(state, Now)));
    }
}
