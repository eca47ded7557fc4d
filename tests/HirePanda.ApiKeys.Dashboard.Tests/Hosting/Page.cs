using System.Net;
using System.Text.RegularExpressions;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>A page or a file as it was answered.</summary>
internal sealed partial record Page(HttpStatusCode Status, string Html, string? Location)
{
    public string? ContentType { get; init; }

    /// <summary>Gets the main part, without the frame around it.</summary>
    public string Main => Html[Html.IndexOf("<main", StringComparison.Ordinal)..];

    /// <summary>Gets the text of the main part, without markup.</summary>
    public string Text => BeforePunctuation().Replace(Plain(Main), "");

    /// <summary>Gets the secret that the page shows.</summary>
    public string Secret => Regex.Match(Html, "id=\"secret\" value=\"([^\"]+)\"").Groups[1].Value;

    public static async Task<Page> ReadAsync(HttpResponseMessage response)
        => new(response.StatusCode, await response.TextAsync(), response.Headers.Location?.OriginalString)
        {
            ContentType = response.Content.Headers.ContentType?.ToString(),
        };

    public void Deconstruct(out HttpStatusCode status, out string html) => (status, html) = (Status, Html);

    /// <summary>Gets the value of a hidden or visible field.</summary>
    public string Value(string name)
        => WebUtility.HtmlDecode(Regex.Match(Html, $"name=\"{name}\"[^>]*? value=\"([^\"]*)\"").Groups[1].Value);

    /// <summary>Gets the value of the radio button that is chosen.</summary>
    public string Checked(string name)
        => Regex.Match(Html, $"name=\"{name}\"[^>]* value=\"([^\"]*)\"[^>]* checked").Groups[1].Value;

    /// <summary>Gets the names and values of the hidden fields.</summary>
    public IEnumerable<(string Name, string Value)> HiddenFields()
        => HiddenField().Matches(Html).Select(match
            => (match.Groups["name"].Value, WebUtility.HtmlDecode(match.Groups["value"].Value)));

    /// <summary>Gets the cells of each row of the table with a caption.</summary>
    public IReadOnlyList<string> Rows(string caption)
    {
        var table = Html[Html.IndexOf($">{caption}</caption>", StringComparison.Ordinal)..];
        table = table[..table.IndexOf("</tbody>", StringComparison.Ordinal)];
        return [.. Row().Matches(table).Skip(1).Select(row => string.Join(
            " | ", Cell().Matches(row.Value).Select(cell => Plain(cell.Groups["text"].Value).Trim())))];
    }

    private static string Plain(string html) => WebUtility.HtmlDecode(Space().Replace(Tag().Replace(html, " "), " "));

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex("\\s+")]
    private static partial Regex Space();

    [GeneratedRegex(" (?=[.,?;:])")]
    private static partial Regex BeforePunctuation();

    [GeneratedRegex("<tr>.*?</tr>", RegexOptions.Singleline)]
    private static partial Regex Row();

    [GeneratedRegex("<t[hd][^>]*>(?<text>.*?)</t[hd]>", RegexOptions.Singleline)]
    private static partial Regex Cell();

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]+)\" value=\"(?<value>[^\"]*)\"")]
    private static partial Regex HiddenField();
}
