namespace HirePanda.ApiKeys;

/// <summary>
/// Reads a page of whatever is listed by time and id, and one item more, which tells whether another page follows.
/// </summary>
internal static class PageReader
{
    public static async Task<ApiKeyResult<ApiKeyPage<T>>> ReadAsync<T>(
        ApiKeyPageOptions page,
        KeyRequestValidator rules,
        Func<ApiKeyPageToken?, ValueTask<IReadOnlyList<T>>> read,
        Func<T, (DateTimeOffset At, string Id)> position)
    {
        var after = rules.Page(page.Cursor, page.Limit);
        if (!rules.Errors.IsEmpty)
        {
            return rules.Failure;
        }

        var items = await read(after).ConfigureAwait(false);
        if (items.Count <= page.Limit)
        {
            return new ApiKeyPage<T> { Items = items };
        }

        var (at, id) = position(items[page.Limit - 1]);
        return new ApiKeyPage<T> { Items = [.. items.Take(page.Limit)], NextCursor = PageCursor.Write(at, id) };
    }
}
