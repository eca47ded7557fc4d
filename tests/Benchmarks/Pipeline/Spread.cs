using System.Globalization;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>The middle of some numbers, and between what eight of ten are.</summary>
internal readonly record struct Spread(double Median, double P10, double P90)
{
    public static Spread Of(IEnumerable<double> numbers)
    {
        var sorted = numbers.Order().ToArray();
        return new(At(0.5), At(0.1), At(0.9));

        double At(double share)
        {
            var place = share * (sorted.Length - 1);
            var (below, above) = (sorted[(int)place], sorted[(int)Math.Ceiling(place)]);
            return below + ((above - below) * (place - Math.Floor(place)));
        }
    }

    public string ToString(string format)
        => string.Create(CultureInfo.InvariantCulture, $"{Median.ToString(format, CultureInfo.InvariantCulture)} ({P10.ToString(format, CultureInfo.InvariantCulture)}..{P90.ToString(format, CultureInfo.InvariantCulture)})");
}
