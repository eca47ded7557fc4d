using System.Collections.Concurrent;

namespace HirePanda.ApiKeys;

/// <summary>
/// One stamp per workspace, on every key that was compiled with its settings: when they change the stamp goes stale, and with it
/// all those keys, without anybody looking for them.
/// </summary>
internal sealed class WorkspaceInvalidationTokens
{
    private readonly ConcurrentDictionary<string, WorkspaceInvalidationToken> _stamps = new(StringComparer.Ordinal);

    private long _sequence;

    /// <summary>How often a workspace was forgotten.</summary>
    public long Sequence => Volatile.Read(ref _sequence);

    public WorkspaceInvalidationToken Current(string workspace) => _stamps.GetOrAdd(workspace, static _ => new WorkspaceInvalidationToken(0));

    /// <summary>Makes the stamp stale; by the next one, reads that are under way see that they were overtaken.</summary>
    public void Forget(string workspace)
    {
        var next = new WorkspaceInvalidationToken(Interlocked.Increment(ref _sequence));
        WorkspaceInvalidationToken? stamp = null;
        _stamps.AddOrUpdate(workspace, next, (_, current) =>
        {
            stamp = current;
            return next;
        });
        if (stamp is not null)
        {
            stamp.IsStale = true;
        }
    }

    /// <param name="sequence">The <see cref="WorkspaceInvalidationTokens.Sequence"/> when the stamp before it went stale; 0 for the first one.</param>
}
