using System.Collections.Concurrent;

namespace HirePanda.ApiKeys;

/// <summary>
/// Holds the current token of each workspace. <see cref="StoreReader"/> gets the token for each key that it reads, and
/// <see cref="KeyLookup"/> replaces the token when the settings of the workspace change. All keys with the previous token are
/// then outdated, without a search for them in the cache.
/// </summary>
internal sealed class WorkspaceInvalidationTokens
{
    private readonly ConcurrentDictionary<string, WorkspaceInvalidationToken> _tokens = new(StringComparer.Ordinal);

    private long _sequence;

    /// <summary>Gets the number of times that a token was replaced.</summary>
    public long Sequence => Volatile.Read(ref _sequence);

    /// <summary>Gets the current token of a workspace.</summary>
    public WorkspaceInvalidationToken Get(string workspace)
        => _tokens.GetOrAdd(workspace, static _ => new WorkspaceInvalidationToken(0));

    /// <summary>
    /// Makes the current token stale and replaces it. Reads in progress see by the number of the new token that they are
    /// outdated.
    /// </summary>
    public void Forget(string workspace)
    {
        var next = new WorkspaceInvalidationToken(Interlocked.Increment(ref _sequence));
        WorkspaceInvalidationToken? previous = null;
        _tokens.AddOrUpdate(workspace, next, (_, current) =>
        {
            previous = current;
            return next;
        });
        if (previous is not null)
        {
            previous.IsStale = true;
        }
    }
}
