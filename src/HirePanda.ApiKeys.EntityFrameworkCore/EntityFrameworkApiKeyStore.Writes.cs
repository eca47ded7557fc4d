using Microsoft.EntityFrameworkCore;

namespace HirePanda.ApiKeys.EntityFrameworkCore;

/// <content>Writes. A change, its audit entries, and its change rows are one transaction.</content>
internal sealed partial class EntityFrameworkApiKeyStore<TContext>
{
    private const int LastUsedBatch = 100;

    public async ValueTask<ApiKeySaveResult> SaveAsync(ApiKeyChangeSet change, CancellationToken cancellationToken)
        => await SaveAsync(
            (db, token) => TrySaveAsync(db, change, token),
            change.Audit.Count > 0 ? change.Audit[0].Id : null,
            cancellationToken).ConfigureAwait(false);

    public async ValueTask SaveLastUsedAsync(
        IReadOnlyDictionary<string, DateTimeOffset> lastUsed, CancellationToken cancellationToken)
    {
        // Small batches let other writes run in between. All nodes use the same order, so that they cannot deadlock.
        foreach (var batch in lastUsed.OrderBy(entry => entry.Key, StringComparer.Ordinal).Chunk(LastUsedBatch))
        {
            await WriteAsync((db, token) => SaveLastUsedAsync(db, batch, token), null, cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask<long> GetLastChangeAsync(CancellationToken cancellationToken)
    {
        await using var session = Open(cancellationToken);
        return await session.Db.Set<ChangeRow>().MaxAsync(row => (long?)row.Number, session.Token).ConfigureAwait(false) ?? 0;
    }

    public async ValueTask<IReadOnlyList<ApiKeyChangeNotification>> ReadChangesAsync(
        long after, IReadOnlyList<long> missing, CancellationToken cancellationToken)
    {
        await using var session = Open(cancellationToken);
        var rows = session.Db.Set<ChangeRow>().AsNoTracking();
        var wanted = missing.Count == 0
            ? rows.Where(row => row.Number > after)
            : rows.Where(row => row.Number > after || missing.Contains(row.Number));
        return await PollQuery.ReadAsync(
            session.Db,
            wanted.OrderBy(row => row.Number).Select(row => new { row.Number, row.At, row.Hash, row.Workspace }),
            ChangeRow.Read,
            session.Token).ConfigureAwait(false);
    }

    public async ValueTask PruneChangesAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var microseconds = Columns.Write(before);
        await WriteAsync(
            async (db, token) =>
            {
                // The last row is kept, so that the numbers continue from it.
                var last = await db.Set<ChangeRow>().MaxAsync(row => (long?)row.Number, token).ConfigureAwait(false);
                await db.Set<ChangeRow>().Where(row => row.At < microseconds && row.Number < last)
                    .ExecuteDeleteAsync(token).ConfigureAwait(false);
                return true;
            },
            null,
            cancellationToken).ConfigureAwait(false);
    }

    private static async Task<bool> SaveLastUsedAsync(
        TContext db, KeyValuePair<string, DateTimeOffset>[] batch, CancellationToken cancellationToken)
    {
        foreach (var (id, at) in batch)
        {
            var microseconds = Columns.Write(at);
            await db.Set<KeyRow>().Where(key => key.Id == id && (key.LastUsedAt == null || key.LastUsedAt < microseconds))
                .ExecuteUpdateAsync(row => row.SetProperty(key => key.LastUsedAt, microseconds), cancellationToken)
                    .ConfigureAwait(false);
        }

        return true;
    }

    private async Task<ApiKeySaveResult> TrySaveAsync(TContext db, ApiKeyChangeSet change, CancellationToken cancellationToken)
    {
        var max = change.Added.Count > 0 ? change.MaxActiveKeys : null;
        var mustBeFirst = change.Added.Count > 0 && change.RequireNoKeys;
        if (max is not null || mustBeFirst)
        {
            await Provider.LockWorkspaceAsync(db, change.Added[0].Workspace, cancellationToken).ConfigureAwait(false);
        }

        if (!await LockAsync(db, change.Actor, change.Updated, cancellationToken).ConfigureAwait(false))
        {
            return ApiKeySaveResult.ActorChanged;
        }

        if (mustBeFirst && await HasKeysAsync(db, change.Added[0].Workspace, cancellationToken).ConfigureAwait(false))
        {
            return ApiKeySaveResult.WorkspaceNotEmpty;
        }

        db.AddRange(change.Added.Select(KeyRow.From));
        foreach (var key in change.Updated)
        {
            var entry = db.Update(KeyRow.From(key));
            entry.Property(row => row.Version).OriginalValue = key.Version - 1;
            entry.Property(row => row.LastUsedAt).IsModified = false;
        }

        if (change.Workspace is { } workspace)
        {
            var entry = workspace.Version == 1 ? db.Add(WorkspaceRow.From(workspace)) : db.Update(WorkspaceRow.From(workspace));
            entry.Property(row => row.Version).OriginalValue = workspace.Version - 1;
            db.Add(new ChangeRow { At = Columns.Write(time.GetUtcNow()), Hash = null, Workspace = workspace.Id });
        }

        db.AddRange(change.Audit.Select(AuditRow.From));
        var now = Columns.Write(time.GetUtcNow());
        db.AddRange(
            change.Added.Concat(change.Updated).Select(
                key => new ChangeRow { At = now, Hash = key.Hash.ToByteArray(), Workspace = null }));
        try
        {
            await db.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (DbUpdateConcurrencyException)
        {
            return ApiKeySaveResult.VersionConflict;
        }
        catch (DbUpdateException exception) when (Provider.IsUniqueViolation(exception))
        {
            return change.Added.Count > 0 ? ApiKeySaveResult.Duplicate : ApiKeySaveResult.VersionConflict;
        }

        return max is { } limit && await HasMoreAsync(db, change.Added[0], limit, cancellationToken).ConfigureAwait(false)
            ? ApiKeySaveResult.LimitReached
            : ApiKeySaveResult.Saved;
    }

    private static Task<bool> HasKeysAsync(TContext db, string workspace, CancellationToken cancellationToken)
        => db.Set<KeyRow>().AnyAsync(key => key.Workspace == workspace, cancellationToken);

    /// <summary>
    /// Determines whether the workspace of a new key has more keys that are neither revoked nor expired than the limit.
    /// </summary>
    private static async Task<bool> HasMoreAsync(TContext db, ApiKey added, int limit, CancellationToken cancellationToken)
    {
        var now = Columns.Write(added.CreatedAt);
        return await db.Set<KeyRow>().Where(
            key => key.Workspace == added.Workspace && key.RevokedAt == null && (key.ExpiresAt == null || key.ExpiresAt > now))
            .Take(limit + 1).CountAsync(cancellationToken).ConfigureAwait(false) > limit;
    }

    /// <summary>
    /// Locks the actor's key and the changing keys until the transaction ends, so that no revocation can occur in between. All
    /// transactions use the same order, so that they cannot deadlock. SQLite needs no locks, because it has one writer.
    /// </summary>
    /// <returns>true if the actor's key has not changed since it was evaluated; otherwise, false.</returns>
    private static async Task<bool> LockAsync(
        TContext db, ApiKeyActorGuard? actor, IReadOnlyList<ApiKey> updated, CancellationToken cancellationToken)
    {
        if (Provider.IsPostgres(db))
        {
            string[] ids = [.. updated.Select(key => key.Id), .. actor is null ? [] : new[] { actor.KeyId }];
            if (ids.Length > 0)
            {
                var mode = updated.Count == 0 ? "SHARE" : "NO KEY UPDATE";
                await db.Database.ExecuteSqlRawAsync(Provider.LockKeysSql(db, mode), [ids], cancellationToken)
                    .ConfigureAwait(false);
            }
        }

        return actor is null || actor.IsSatisfiedBy(
            (await db.Set<KeyRow>().AsNoTracking().FirstOrDefaultAsync(key => key.Id == actor.KeyId, cancellationToken)
                .ConfigureAwait(false))?.ToKey());
    }
}
