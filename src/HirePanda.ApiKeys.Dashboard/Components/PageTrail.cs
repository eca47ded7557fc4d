using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>
/// The links to the pages before and after a page of a list. Cursors lead forward only, so the address of a page has the cursors
/// of the pages before it.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class PageTrail
{
    private const char Separator = '.';

    /// <summary>The maximum number of cursors in an address. The page before them is the first one.</summary>
    private const int MaxCursors = 20;

    private PageTrail(string? newer, string? older) => (Newer, Older) = (newer, older);

    /// <summary>Gets the address of the page with newer items, or null on the first page.</summary>
    public string? Newer { get; }

    /// <summary>Gets the address of the page with older items, or null on the last page.</summary>
    public string? Older { get; }

    /// <summary>Creates the links of a page.</summary>
    /// <param name="path">The address of the list.</param>
    /// <param name="filters">The filters by name. A filter that is null is not set.</param>
    /// <param name="trail">The cursors of the pages up to this one, as <see cref="CursorOf"/> reads them, or null.</param>
    /// <param name="next">The cursor of the next page, or null if there is none.</param>
    public static PageTrail Create(
        string path, IReadOnlyList<KeyValuePair<string, string?>> filters, string? trail, string? next)
    {
        var cursors = trail?.Split(Separator) ?? [];
        return new(
            cursors.Length == 0 ? null : Address(cursors[..^1]),
            next is null ? null : Address([.. cursors.TakeLast(MaxCursors - 1), next]));

        string Address(string[] pages)
        {
            KeyValuePair<string, string?> page = new("page", pages.Length == 0 ? null : string.Join(Separator, pages));
            return Link(path, [.. filters, page]);
        }
    }

    /// <summary>Gets the cursor of a page from the parameter <c>page</c> of its address, or null for the first page.</summary>
    public static string? CursorOf(string? trail) => trail?[(trail.LastIndexOf(Separator) + 1)..];

    /// <summary>Creates an address with a query.</summary>
    public static string Link(string path, IReadOnlyList<KeyValuePair<string, string?>> query)
    {
        var set = query.Where(value => value.Value is not null)
            .Select(value => $"{value.Key}={Uri.EscapeDataString(value.Value!)}").ToList();
        return set.Count == 0 ? path : $"{path}?{string.Join('&', set)}";
    }
}
