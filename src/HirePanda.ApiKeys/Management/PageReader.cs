namespace HirePanda.ApiKeys;

/// <summary>Reads pages of lists in order of time and id. It reads one item more to see whether another page follows.</summary>
internal static class PageReader
{
    /// <summary>
    /// Reads a page of a list that concerns the whole workspace. An actor that is bound to an owner may not see it.
    /// </summary>
    /// <param name="actor">The actor that asks.</param>
    /// <param name="page">The page, or null for the first page.</param>
    /// <param name="rules">The rules that the page must meet.</param>
    /// <param name="read">Reads items after a position, up to a number of items.</param>
    /// <param name="position">Gets the position of an item.</param>
    public static async Task<ApiKeyResult<ApiKeyPage<T>>> ReadWorkspaceAsync<T>(
        ApiKeyActor actor,
        ApiKeyPageOptions? page,
        KeyRequestValidator rules,
        Func<ApiKeyPageToken?, int, ValueTask<IReadOnlyList<T>>> read,
        Func<T, (DateTimeOffset At, string Id)> position)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return actor.OwnerId is not null
            ? ApiKeyFailure.OwnerBound
            : await ReadAsync(page ?? new ApiKeyPageOptions(), rules, read, position).ConfigureAwait(false);
    }

    /// <summary>Reads a page, unless the request has errors.</summary>
    public static async Task<ApiKeyResult<ApiKeyPage<T>>> ReadAsync<T>(
        ApiKeyPageOptions page,
        KeyRequestValidator rules,
        Func<ApiKeyPageToken?, int, ValueTask<IReadOnlyList<T>>> read,
        Func<T, (DateTimeOffset At, string Id)> position)
    {
        var after = rules.Page(page.Cursor, page.Limit);
        if (!rules.Errors.IsEmpty)
        {
            return rules.Failure;
        }

        var items = await read(after, page.Limit + 1).ConfigureAwait(false);
        if (items.Count <= page.Limit)
        {
            return new ApiKeyPage<T> { Items = items };
        }

        var (at, id) = position(items[page.Limit - 1]);
        return new ApiKeyPage<T> { Items = [.. items.Take(page.Limit)], NextCursor = PageCursor.Write(at, id) };
    }
}
