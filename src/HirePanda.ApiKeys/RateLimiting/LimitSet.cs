using System.Globalization;

namespace HirePanda.ApiKeys;

/// <summary>The compiled limits of a key: their arithmetic and the <c>RateLimit-Policy</c> field.</summary>
internal sealed class LimitSet
{
    public LimitSet(IEnumerable<RateLimit> limits)
    {
        // This code avoids LINQ, because LINQ over a struct of this assembly would be compiled when a host starts.
        RateLimit[] all = [.. limits];
        Limits = all.Length < 2 ? all : [.. all.Distinct()];
        Rules = new Gcra[Limits.Length];
        var policy = new string[Limits.Length];
        for (var i = 0; i < Limits.Length; i++)
        {
            Rules[i] = new Gcra(Limits[i]);
            policy[i] = string.Create(
                CultureInfo.InvariantCulture, $"{Name(i)};q={Limits[i].Permits};w={(long)Limits[i].Window.TotalSeconds}");
        }

        Policy = string.Join(", ", policy);
        FirstField = Limits.Length == 1 ? Member(0, Limits[0].Permits - 1, RateLimitDecision.Seconds(Rules[0].Interval)) : null;
    }

    public RateLimit[] Limits { get; }

    public Gcra[] Rules { get; }

    public string Policy { get; }

    /// <summary>
    /// Gets the <c>RateLimit</c> field for a request that finds the bucket full, or null if there are several limits. Most
    /// requests of most keys find the bucket full.
    /// </summary>
    public string? FirstField { get; }

    /// <summary>Formats a member of the <c>RateLimit</c> field.</summary>
    /// <param name="index">The index of the limit.</param>
    /// <param name="remaining">The permits that are left now.</param>
    /// <param name="seconds">
    /// The seconds until one more permit is available, or 0 if the bucket is full. The member of a full bucket does not have
    /// <c>t</c>, so that a client that divides by <c>t</c> does not divide by zero.
    /// </param>
    public static string Member(int index, int remaining, long seconds) => seconds == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{Name(index)};r={remaining}")
        : string.Create(CultureInfo.InvariantCulture, $"{Name(index)};r={remaining};t={seconds}");

    /// <summary>Gets the quoted name of a limit in the fields: <c>"default"</c>, <c>"default-2"</c>, and so on.</summary>
    public static string Name(int index)
        => index == 0 ? "\"default\"" : string.Create(CultureInfo.InvariantCulture, $"\"default-{index + 1}\"");
}
