using System.Buffers;
using System.Text;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>Writes tables as comma-separated values (RFC 4180).</summary>
internal static class Csv
{
    public const string ContentType = "text/csv; charset=utf-8; header=present";

    private static readonly SearchValues<char> _quoted = SearchValues.Create(",\"\r\n");

    /// <summary>
    /// Writes a table. A cell that a spreadsheet would run as a formula gets an apostrophe at its start, so that it is text.
    /// </summary>
    /// <param name="header">The names of the columns.</param>
    /// <param name="rows">The rows. A cell that is null is empty.</param>
    public static string Write(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string?>> rows)
    {
        var text = new StringBuilder();
        Append(text, header);
        foreach (var row in rows)
        {
            Append(text, row);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, IReadOnlyList<string?> row)
    {
        for (var column = 0; column < row.Count; column++)
        {
            if (column > 0)
            {
                text.Append(',');
            }

            Append(text, row[column] ?? "");
        }

        text.Append("\r\n");
    }

    private static void Append(StringBuilder text, string cell)
    {
        if (cell is ['=' or '+' or '-' or '@' or '\t' or '\r', ..])
        {
            cell = "'" + cell;
        }

        if (cell.AsSpan().ContainsAny(_quoted))
        {
            text.Append('"').Append(cell.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        }
        else
        {
            text.Append(cell);
        }
    }
}
