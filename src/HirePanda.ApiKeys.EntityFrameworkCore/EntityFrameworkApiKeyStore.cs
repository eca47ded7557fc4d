using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.EntityFrameworkCore;

/// <summary>
/// Stores keys in a relational database. Every call uses its own context, so that it neither saves nor sees the pending changes
/// of the host's request.
/// </summary>
/// <typeparam name="TContext">The context that has the tables.</typeparam>
internal sealed partial class EntityFrameworkApiKeyStore<TContext>(IServiceScopeFactory scopes, TimeProvider time)
    : IApiKeyStore, IApiKeyManagementStore, IApiKeyAlertStore, IApiKeyChangeFeed, IDisposable
    where TContext : DbContext
{
    // These are compiled once per store, not per type, because a compiled query belongs to one model and one SQL dialect.
    private readonly Func<TContext, byte[], CancellationToken, Task<KeyRow?>> _byHash = EF.CompileAsyncQuery(
        (TContext db, byte[] hash, CancellationToken cancellationToken) => db.Set<KeyRow>().AsNoTracking()
            .FirstOrDefault(row => row.Hash == hash));

    private readonly Func<TContext, string, CancellationToken, Task<WorkspaceRow?>> _workspaceById = EF.CompileAsyncQuery(
        (TContext db, string id, CancellationToken cancellationToken) => db.Set<WorkspaceRow>().AsNoTracking()
            .FirstOrDefault(row => row.Id == id));

    /// <summary>The longest wait for other writes of this process, and then for those of other processes.</summary>
    private static readonly TimeSpan _sqliteTimeout = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _sqliteWriter = new(1);

    public async ValueTask<ApiKey?> FindByHashAsync(IReadOnlyList<ApiKeyHash> hashes, CancellationToken cancellationToken)
    {
        await using var session = Open(cancellationToken);
        foreach (var hash in hashes)
        {
            if (await _byHash(session.Db, hash.ToByteArray(), session.Token).ConfigureAwait(false) is { } row)
            {
                return row.ToKey();
            }
        }

        return null;
    }

    public async ValueTask<ApiKey?> GetKeyAsync(string workspace, string id, CancellationToken cancellationToken)
    {
        await using var session = Open(cancellationToken);
        var row = await session.Db.Set<KeyRow>().AsNoTracking()
            .FirstOrDefaultAsync(key => key.Id == id && key.Workspace == workspace, session.Token).ConfigureAwait(false);
        return row?.ToKey();
    }

    public async ValueTask<IReadOnlyList<ApiKey>> ListKeysAsync(ApiKeyQuery query, CancellationToken cancellationToken)
    {
        await using var session = Open(cancellationToken);
        var keys = Filter(session.Db.Set<KeyRow>().AsNoTracking().Where(key => key.Workspace == query.Workspace), query);
        if (query.After is { } after)
        {
            // This is an index range plus a filter for its edge. With only an "or", databases scan from the start.
            var at = Columns.Write(after.At);
            keys = keys.Where(key => key.CreatedAt <= at && (key.CreatedAt < at || string.Compare(key.Id, after.Id) < 0));
        }

        var rows = await keys.OrderByDescending(key => key.CreatedAt).ThenByDescending(key => key.Id).Take(query.Limit)
            .ToListAsync(session.Token).ConfigureAwait(false);
        return rows.ConvertAll(row => row.ToKey());
    }

    public async ValueTask<IReadOnlyList<ApiKey>> ListReminderKeysAsync(
        ApiKeyReminderQuery query, CancellationToken cancellationToken)
    {
        var now = Columns.Write(query.Now);
        var expiresBefore = Columns.Write(query.ExpiresBefore);
        var createdBefore = Columns.Write(query.CreatedBefore);
        await using var session = Open(cancellationToken);
        var keys = session.Db.Set<KeyRow>().AsNoTracking().Where(
            key => key.RevokedAt == null && key.IsEnabled && key.ReplacedBy == null
            && (key.ExpiresAt == null || key.ExpiresAt > now)
            && (key.ExpiresAt < expiresBefore || key.CreatedAt < createdBefore));
        if (query.AfterId is { } after)
        {
            keys = keys.Where(key => string.Compare(key.Id, after) > 0);
        }

        var rows = await keys.OrderBy(key => key.Id).Take(query.Limit).ToListAsync(session.Token).ConfigureAwait(false);
        return rows.ConvertAll(row => row.ToKey());
    }

    public async ValueTask<IReadOnlyDictionary<string, string>> GetKeyNamesAsync(
        string workspace, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        await using var session = Open(cancellationToken);
        return await session.Db.Set<KeyRow>().Where(key => ids.Contains(key.Id) && key.Workspace == workspace)
            .Select(key => new { key.Id, key.Name }).ToDictionaryAsync(key => key.Id, key => key.Name, session.Token)
                .ConfigureAwait(false);
    }

    public async ValueTask<ApiKeyWorkspace?> GetWorkspaceAsync(string workspace, CancellationToken cancellationToken)
    {
        await using var session = Open(cancellationToken);
        return (await _workspaceById(session.Db, workspace, session.Token).ConfigureAwait(false))?.ToWorkspace();
    }

    public void Dispose() => _sqliteWriter.Dispose();

    private static IQueryable<KeyRow> Filter(IQueryable<KeyRow> keys, ApiKeyQuery query)
    {
        var now = Columns.Write(query.Now);
        keys = query.Status switch
        {
            ApiKeyStatus.Active => keys.Where(
                key => key.RevokedAt == null && key.IsEnabled && (key.ExpiresAt == null || key.ExpiresAt > now)),
            ApiKeyStatus.Disabled => keys.Where(key => key.RevokedAt == null && !key.IsEnabled),
            ApiKeyStatus.Expired => keys.Where(key => key.RevokedAt == null && key.IsEnabled && key.ExpiresAt <= now),
            ApiKeyStatus.Revoked => keys.Where(key => key.RevokedAt != null),
            _ => keys,
        };
        if (query.Type is { } type)
        {
            keys = keys.Where(key => key.Type == type);
        }

        if (query.OwnerId is { } owner)
        {
            keys = keys.Where(key => key.OwnerId == owner);
        }

        if (query.CreatedBy is { } creators)
        {
            keys = keys.Where(key => key.CreatedBy != null && creators.Contains(key.CreatedBy));
        }

        if (query.ExcludeRevoked)
        {
            keys = keys.Where(key => key.RevokedAt == null);
        }

        if (query.Name is { } name)
        {
            // Some databases lowercase only ASCII characters.
            var lower = name.ToLowerInvariant();
            var asciiLower = string.Concat(
                name.Select(character => char.IsAscii(character) ? char.ToLowerInvariant(character) : character));
#pragma warning disable CA1304, CA1311, CA1862 // This runs in the database, where only ToLower is translated.
            keys = keys.Where(
                key => key.Name.Contains(name) || key.Name.ToLower().Contains(lower) || key.Name.ToLower().Contains(asciiLower));
#pragma warning restore CA1304, CA1311, CA1862
        }

        return keys;
    }

    private Session<TContext> Open(CancellationToken cancellationToken) => new(scopes.CreateAsyncScope(), cancellationToken);
}
