namespace HirePanda.ApiKeys.Tests;

/// <summary>
/// A month of synthetic traffic, identical in every run. It has thirty keys with days, nights, and weekends, nightly jobs,
/// growth, a day with double traffic, and callers who mistype. It contains twenty anomalies.
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

        // The bursts are in working hours and at night, once on a weekend, on busy and on average keys.
        Bursts =
        [
            .. new[] { (3, 210), (5, 275), (8, 300), (10, 322), (12, 385), (14, 434), (16, 507), (18, 603) }
            .Select(burst => (keys[burst.Item1], burst.Item2))
        ];
        Countries =
        [
            (keys[1], 200, "BR"), (keys[4], 250, "CN"), (keys[7], 333, "VN"), (keys[11], 410, "NG"), (keys[13], 471, "KR"),
            (keys[15], 555, "IN"), (keys[20], 650, "AU"),
        ];
        Stuffings =
        [
            ("198.51.100.1", null, 180, 60),
            ("198.51.100.2", null, 310, 400),
            ("198.51.100.3", keys[2], 366, 80),
            ("198.51.100.4", null, 520, 55),
            ("198.51.100.5", keys[6], 610, 150)
        ];
    }

    public IReadOnlyList<(ApiKey Key, int Hour)> Bursts { get; }

    public IReadOnlyList<(ApiKey Key, int Hour, string Country)> Countries { get; }

    public IReadOnlyList<(string Client, ApiKey? Key, int Hour, int Attempts)> Stuffings { get; }

    /// <summary>Gets the requests of an hour.</summary>
    public IEnumerable<(ApiKey Key, string Country, int Requests)> Traffic(int hour)
    {
        foreach (var profile in _keys.Where(profile => hour >= profile.StartsAt))
        {
            var mean = profile.Mean(hour);
            if (Bursts.Contains((profile.Key, hour)))
            {
                // A burst by day is several times the busiest hour. A burst at night is as large, which is just as unusual.
                mean = profile.IsQuiet(hour) ? 2 * profile.Busiest : 8 * profile.Busiest;
            }

            var requests = Poisson(mean * Math.Exp(0.25 * Normal()));
            var abroad = requests / 20;
            yield return (profile.Key, profile.Home, requests - abroad);
            yield return (profile.Key, profile.Second, abroad);
            foreach (var (_, _, country) in Countries.Where(country => country.Key == profile.Key && country.Hour == hour))
            {
                yield return (profile.Key, country, 1 + _random.Next(20));
            }
        }
    }

    /// <summary>Gets the failed attempts of an hour by second.</summary>
    public IEnumerable<(int Second, string Client, ApiKey? Key)> Failures(int hour)
    {
        var attempts = new List<(int, string, ApiKey?)>();
        for (var client = 0; client < 3; client++)
        {
            // Callers mistype, or a script retries an old secret, but not often enough for an alert.
            var name = $"203.0.113.{_random.Next(1, 250)}";
            attempts.AddRange(Enumerable.Range(0, _random.Next(1, 30)).Select(_ => (_random.Next(3500), name, (ApiKey?)null)));
        }

        // This is a whole office behind one address.
        attempts.AddRange(Enumerable.Range(0, 200).Select(i => (i * 17, "192.0.2.1", (ApiKey?)null)));
        foreach (var (client, key, _, count) in Stuffings.Where(stuffing => stuffing.Hour == hour))
        {
            attempts.AddRange(Enumerable.Range(0, count).Select(i => (600 + (i * 240 / count), client, key)));
        }

        return attempts.OrderBy(attempt => attempt.Item1);
    }

    private int Poisson(double mean) => Math.Max(0, (int)Math.Round(mean + (Math.Sqrt(mean) * Normal())));

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());

    private sealed record Profile(
        ApiKey Key, double Busiest, bool HasNights, bool HasNightlyJob, int StartsAt, string Home, string Second)
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
