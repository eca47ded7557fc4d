using System.Globalization;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>The median and the 10th and 90th percentiles of a set of numbers.</summary>
internal readonly record struct Spread(double Median, double P10, double P90)
{
    public static Spread From(IEnumerable<double> numbers)
    {
        var sorted = numbers.Order().ToArray();
        return new(At(0.5), At(0.1), At(0.9));

        double At(double share)
        {
            var index = share * (sorted.Length - 1);
            var (below, above) = (sorted[(int)index], sorted[(int)Math.Ceiling(index)]);
            return below + ((above - below) * (index - Math.Floor(index)));
        }
    }

    public string ToString(string format)
    {
        return $"{Format(Median)} ({Format(P10)}..{Format(P90)})";

        string Format(double number) => number.ToString(format, CultureInfo.InvariantCulture);
    }
}
