using System.Globalization;

namespace HirePanda.ApiKeys;

/// <summary>The limits of a key, compiled once: their arithmetic and the <c>RateLimit-Policy</c> field.</summary>
internal sealed class LimitSet
{
    public LimitSet(IEnumerable<RateLimit> limits)
    {
        // Without LINQ, of which every instance over a struct of ours is compiled when a host starts.
        RateLimit[] all = [.. limits];
        Limits = all.Length < 2 ? all : [.. all.Distinct()];
        Rules = new Gcra[Limits.Length];
        var policy = new string[Limits.Length];
        for (var i = 0; i < Limits.Length; i++)
        {
            Rules[i] = new Gcra(Limits[i]);
            policy[i] = string.Create(CultureInfo.InvariantCulture, $"{Name(i)};q={Limits[i].Permits};w={(long)Limits[i].Window.TotalSeconds}");
        }

        Policy = string.Join(", ", policy);
    }

    public RateLimit[] Limits { get; }

    public Gcra[] Rules { get; }

    public string Policy { get; }

    /// <summary>The quoted name of a limit in the fields: <c>"default"</c>, <c>"default-2"</c>, ….</summary>
    public static string Name(int index) => index == 0 ? "\"default\"" : string.Create(CultureInfo.InvariantCulture, $"\"default-{index + 1}\"");
}
