namespace HirePanda.ApiKeys.Tests;

/// <summary>
/// A month of synthetic traffic, the same every time: thirty keys with days, nights and weekends, nightly jobs, growth, a day on which everything
/// doubles, callers who mistype; and twenty anomalies among them.
/// </summary>
internal sealed class Month
{
    public const int Hours = 30 * 24;

    private static readonly string[] _homes = ["DE", "FR", "NL", "US", "GB"];

    private readonly Random _random = new(20_261_124);
    private readonly List<Profile> _keys = [];

    public Month(IReadOnlyList<ApiKey> keys)
    {
        for (var i = 0; i < keys.Count; i++)
        {
            _keys.Add(new Profile(
                keys[i],
                Busiest: 40 * Math.Pow(1.18, i),
                HasNights: i % 4 != 3,
                HasNightlyJob: i % 5 == 2,
                StartsAt: i % 10 == 9 ? 15 * 24 : 0,
                Home: _homes[i % _homes.Length],
                Second: _homes[(i + 1) % _homes.Length]));
        }

        // Working hours and nights, once at the weekend; twice on busy keys, else on middling ones.
        Bursts = [.. new[] { (3, 210), (5, 275), (8, 300), (10, 322), (12, 385), (14, 434), (16, 507), (18, 603) }.Select(burst => (keys[burst.Item1], burst.Item2))];
        Countries = [.. new[] { (1, 200, "BR"), (4, 250, "CN"), (7, 333, "VN"), (11, 410, "NG"), (13, 471, "KR"), (15, 555, "IN"), (20, 650, "AU") }
            .Select(one => (keys[one.Item1], one.Item2, one.Item3))];
        Stuffings = [("198.51.100.1", null, 180, 60), ("198.51.100.2", null, 310, 400), ("198.51.100.3", keys[2], 366, 80), ("198.51.100.4", null, 520, 55), ("198.51.100.5", keys[6], 610, 150)];
    }

    public IReadOnlyList<(ApiKey Key, int Hour)> Bursts { get; }

    public IReadOnlyList<(ApiKey Key, int Hour, string Country)> Countries { get; }

    public IReadOnlyList<(string Client, ApiKey? Key, int Hour, int Attempts)> Stuffings { get; }

    /// <summary>The requests of an hour.</summary>
    public IEnumerable<(ApiKey Key, string Country, int Requests)> Traffic(int hour)
    {
        foreach (var profile in _keys.Where(one => hour >= one.StartsAt))
        {
            var mean = profile.Mean(hour);
            if (Bursts.Contains((profile.Key, hour)))
            {
                // By day several times the busiest hour; at night as much as by day, which is as unusual.
                mean = profile.IsQuiet(hour) ? 2 * profile.Busiest : 8 * profile.Busiest;
            }

            var requests = Poisson(mean * Math.Exp(0.25 * Normal()));
            var abroad = requests / 20;
            yield return (profile.Key, profile.Home, requests - abroad);
            yield return (profile.Key, profile.Second, abroad);
            foreach (var (_, _, country) in Countries.Where(one => one.Key == profile.Key && one.Hour == hour))
            {
                yield return (profile.Key, country, 1 + _random.Next(20));
            }
        }
    }

    /// <summary>The failed attempts of an hour, by second.</summary>
    public IEnumerable<(int Second, string Client, ApiKey? Key)> Failures(int hour)
    {
        var attempts = new List<(int, string, ApiKey?)>();
        for (var client = 0; client < 3; client++)
        {
            // Somebody mistypes, or has an old secret in a script that tries again and again, but not that often.
            var name = $"203.0.113.{_random.Next(1, 250)}";
            attempts.AddRange(Enumerable.Range(0, _random.Next(1, 30)).Select(_ => (_random.Next(3500), name, (ApiKey?)null)));
        }

        // A whole office behind one address.
        attempts.AddRange(Enumerable.Range(0, 200).Select(i => (i * 17, "192.0.2.1", (ApiKey?)null)));
        foreach (var (client, key, _, count) in Stuffings.Where(one => one.Hour == hour))
        {
            attempts.AddRange(Enumerable.Range(0, count).Select(i => (600 + (i * 240 / count), client, key)));
        }

        return attempts.OrderBy(attempt => attempt.Item1);
    }

    private int Poisson(double mean) => Math.Max(0, (int)Math.Round(mean + (Math.Sqrt(mean) * Normal())));

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());

    private sealed record Profile(ApiKey Key, double Busiest, bool HasNights, bool HasNightlyJob, int StartsAt, string Home, string Second)
    {
        public bool IsQuiet(int hour) => HasNights && (hour % 24) is < 5 or > 22;

        public double Mean(int hour)
        {
            var (day, ofDay) = (hour / 24, hour % 24);
            var daily = HasNights ? 0.05 + (0.95 * Math.Max(0, Math.Sin((ofDay - 5) * Math.PI / 17))) : 0.8;
            var weekly = day % 7 >= 5 ? 0.3 : 1;
            var growth = Math.Pow(1.02, day);
            var special = day == 21 ? 2 : 1;
            var job = HasNightlyJob && ofDay == 2 ? Busiest : 0;
            return (Busiest * daily * weekly * growth * special) + job;
        }
    }
}
