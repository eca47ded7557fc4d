using System.Collections.Concurrent;

namespace HirePanda.ApiKeys;

/// <summary>
/// Holds one token for each workspace, which every key carries that was compiled with the workspace's settings. When the settings
/// change, the token goes stale, and with it all those keys, although nobody looks for them.
/// </summary>
internal sealed class WorkspaceInvalidationTokens
{
    private readonly ConcurrentDictionary<string, WorkspaceInvalidationToken> _tokens = new(StringComparer.Ordinal);

    private long _sequence;

    /// <summary>How often a workspace was forgotten.</summary>
    public long Sequence => Volatile.Read(ref _sequence);

    public WorkspaceInvalidationToken Get(string workspace)
        => _tokens.GetOrAdd(workspace, static _ => new WorkspaceInvalidationToken(0));

    /// <summary>Makes the token stale. By the next one, reads that are under way see that they were overtaken.</summary>
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
