using System.Globalization;

namespace HirePanda.ApiKeys;

/// <summary>The limits of a key, compiled once: their arithmetic and the <c>RateLimit-Policy</c> field.</summary>
internal sealed class LimitSet
{
    public LimitSet(IEnumerable<RateLimit> limits)
    {
        Limits = [.. limits.Distinct()];
        Rules = [.. Limits.Select(limit => new Gcra(limit))];
        Policy = string.Join(", ", Limits.Select((limit, i)
            => string.Create(CultureInfo.InvariantCulture, $"{Name(i)};q={limit.Permits};w={(long)limit.Window.TotalSeconds}")));
    }

    public RateLimit[] Limits { get; }

    public Gcra[] Rules { get; }

    public string Policy { get; }

    /// <summary>The quoted name of a limit in the fields: <c>"default"</c>, <c>"default-2"</c>, ….</summary>
    public static string Name(int index) => index == 0 ? "\"default\"" : string.Create(CultureInfo.InvariantCulture, $"\"default-{index + 1}\"");
}
