using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using HirePanda.ApiKeys.Dashboard.Components;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>
/// Reads the form of a key. What cannot be read becomes a value that the core refuses, so that one place says what is wrong with
/// each field.
/// </summary>
internal static partial class KeyInputReader
{
    private const int MaxDigits = 9;
    private const int MaxDays = 36_501;

    private static readonly JsonDocumentOptions _unique = new() { AllowDuplicateProperties = false };
    private static readonly JsonElement _notAnObject = JsonElement.Parse("0");

    /// <summary>Reads a form that was posted.</summary>
    public static KeyInput Posted(DashboardRequest request) => Read(request.Field, request.Fields);

    /// <summary>Reads a form from the query.</summary>
    public static KeyInput Queried(DashboardRequest request)
        => Read(request.Query, name => [.. request.Context.Request.Query[name].OfType<string>()]);

    /// <summary>Gets the tier and the permissions that are granted.</summary>
    public static (string? Tier, IReadOnlyList<string>? Permissions) Grant(KeyInput input) => input.Grant switch
    {
        KeyInput.SingleGrant => (null, input.Permissions),
        _ when input.Grant.StartsWith(KeyInput.TierGrant, StringComparison.Ordinal)
            => (input.Grant[KeyInput.TierGrant.Length..], []),
        _ => (null, null),
    };

    /// <summary>Gets the lifetime or the end that was entered.</summary>
    public static (TimeSpan? Lifetime, DateTimeOffset? End) Expiry(KeyInput input)
    {
        if (int.TryParse(input.Expires, NumberStyles.None, CultureInfo.InvariantCulture, out var days))
        {
            return (TimeSpan.FromDays(Math.Min(days, MaxDays)), null);
        }

        // A key works until the end of its last day.
        return input.Expires != KeyInput.OnDate ? (null, null)
            : DateOnly.TryParseExact(input.Date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
                ? (null, new DateTimeOffset(date.ToDateTime(new TimeOnly(23, 59, 59)), TimeSpan.Zero))
            : (null, DateTimeOffset.MinValue);
    }

    /// <summary>Gets the lines of a text that are not empty.</summary>
    public static IReadOnlyList<string> Lines(string text)
        => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Gets the number of the line that the core knows by its index among the lines that are not empty.</summary>
    public static int LineNumber(string text, int index)
        => text.Split('\n').Index().Where(line => !string.IsNullOrWhiteSpace(line.Item)).Select(line => line.Index + 1)
            .ElementAtOrDefault(index);

    /// <summary>Gets the limits, each written as requests and seconds, such as "1000 / 60".</summary>
    public static IReadOnlyList<RateLimit> Limits(string text)
        => [.. Lines(text).Select(line => LimitPattern().Match(line)).Select(match => new RateLimit(
            Number(match, "permits"), TimeSpan.FromSeconds(Number(match, "seconds"))))];

    /// <summary>Gets the metadata. A text that is not JSON is not an object either.</summary>
    public static JsonElement? Metadata(string text)
    {
        if (text.Length == 0)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(text, _unique);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return _notAnObject;
        }
    }

    private static int Number(Match match, string group)
        => match.Groups[group] is { Success: true, Length: <= MaxDigits } digits
            ? int.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture)
            : 0;

    private static KeyInput Read(Func<string, string?> one, Func<string, IReadOnlyList<string>> all) => new()
    {
        Name = one("name") ?? "",
        Type = one("type") ?? "",
        Grant = one("grant") ?? KeyInput.TypeGrant,
        Permissions = all("permission"),
        Expires = one("expires") ?? KeyInput.Never,
        Date = one("date") ?? "",
        Networks = one("networks") ?? "",
        Limits = one("limits") ?? "",
        Metadata = one("metadata") ?? "",
    };

    [GeneratedRegex("^(?<permits>[0-9]+)\\s*(/|per|in)\\s*(?<seconds>[0-9]+)\\s*s?$", RegexOptions.CultureInvariant)]
    private static partial Regex LimitPattern();
}
