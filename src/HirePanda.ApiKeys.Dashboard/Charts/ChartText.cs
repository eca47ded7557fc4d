using System.Globalization;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>Writes the numbers and times of charts.</summary>
internal static class ChartText
{
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Percent(double fraction) => fraction.ToString("P1", CultureInfo.InvariantCulture);

    /// <summary>Writes a part of a whole in percent.</summary>
    public static string Share(long part, long whole) => Percent(whole == 0 ? 0 : (double)part / whole);

    public static string Milliseconds(TimeSpan? time)
        => time is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value.TotalMilliseconds:#,0.##} ms") : "–";

    /// <summary>Writes the start of an interval of UTC: a day alone if intervals begin at midnight.</summary>
    public static string Time(DateTimeOffset at, TimeSpan step)
        => at.UtcDateTime.ToString(
            step < TimeSpan.FromDays(1) ? "d MMM yyyy, HH:mm 'UTC'" : "d MMM yyyy", CultureInfo.InvariantCulture);

    /// <summary>Writes a coordinate of a drawing.</summary>
    public static string Svg(double coordinate) => coordinate.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Gets the end of an axis: a round number that is not less than the largest value.</summary>
    public static long RoundUp(long largest)
    {
        for (var unit = 1L; unit <= long.MaxValue / 100; unit *= 10)
        {
            foreach (var factor in (ReadOnlySpan<long>)[1, 2, 4, 6, 8])
            {
                if (factor * unit >= largest)
                {
                    return factor * unit;
                }
            }
        }

        return largest;
    }
}
