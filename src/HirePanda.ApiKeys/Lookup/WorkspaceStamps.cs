using System.Collections.Concurrent;

namespace HirePanda.ApiKeys;

/// <summary>
/// One stamp per workspace, on every key that was compiled with its settings: when they change the stamp goes stale, and with it
/// all those keys, without anybody looking for them.
/// </summary>
internal sealed class WorkspaceStamps
{
    private readonly ConcurrentDictionary<string, Stamp> _stamps = new(StringComparer.Ordinal);

    private long _sequence;

    /// <summary>How often a workspace was forgotten.</summary>
    public long Sequence => Volatile.Read(ref _sequence);

    public Stamp Current(string workspace) => _stamps.GetOrAdd(workspace, static _ => new Stamp(0));

    /// <summary>Makes the stamp stale; by the next one, reads that are under way see that they were overtaken.</summary>
    public void Forget(string workspace)
    {
        var next = new Stamp(Interlocked.Increment(ref _sequence));
        Stamp? stamp = null;
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

    /// <param name="sequence">The <see cref="WorkspaceStamps.Sequence"/> when the stamp before it went stale; 0 for the first one.</param>
    internal sealed class Stamp(long sequence)
    {
        private volatile bool _isStale;
        private volatile Allowlist? _allowlist;

        public long Sequence => sequence;

        public bool IsStale
        {
            get => _isStale;
            set => _isStale = value;
        }

        /// <summary>The workspace's allowlist as just read, compiled once for all its keys; null where none is enabled.</summary>
        public Allowlist? Allowlist(ApiKeyWorkspace? workspace)
        {
            if (_allowlist is { } known && known.IsOf(workspace))
            {
                return known;
            }

            return _allowlist = HirePanda.ApiKeys.Allowlist.Compile(workspace);
        }
    }
}
