using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>
/// The way through the pages of a list. A list only knows its next page, so the address of a page holds where the pages before it
/// began.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class Trail
{
    private const int MaxSteps = 20;
    private const char Separator = '~';

    private readonly string _path;
    private readonly IReadOnlyList<KeyValuePair<string, string?>> _filters;
    private readonly string? _cursor;
    private readonly string[] _before;

    /// <summary>Creates the trail of a page.</summary>
    /// <param name="path">The address of the list below the dashboard.</param>
    /// <param name="filters">The filters of the list.</param>
    /// <param name="cursor">The cursor of the page, or null for the first page.</param>
    /// <param name="before">The cursors of the pages before, or null if there are none.</param>
    /// <param name="next">The cursor of the next page, or null if there is none.</param>
    public Trail(
        string path, IReadOnlyList<KeyValuePair<string, string?>> filters, string? cursor, string? before, string? next)
    {
        (_path, _filters, _cursor) = (path, filters, cursor);
        _before = before?.Split(Separator, StringSplitOptions.RemoveEmptyEntries) ?? [];
        Older = next is null ? null : Address(next, cursor is null ? [] : [.. _before.TakeLast(MaxSteps - 1), cursor]);
    }

    /// <summary>Gets the address of the page with older entries, or null if there is none.</summary>
    public string? Older { get; }

    /// <summary>Gets the address of the page with newer entries, or null if this is the first page.</summary>
    public string? Newer => _cursor is null ? null
        : _before is [.. var rest, var last] ? Address(last, rest)
        : Address(null, []);

    private string Address(string? cursor, IReadOnlyList<string> before)
    {
        var query = string.Join('&', _filters.Append(new("cursor", cursor)).Append(new("before", string.Join(Separator, before)))
            .Where(entry => !string.IsNullOrEmpty(entry.Value))
            .Select(entry => $"{entry.Key}={Uri.EscapeDataString(entry.Value!)}"));
        return query.Length == 0 ? _path : $"{_path}?{query}";
    }
}
