using System.Collections.Concurrent;

namespace HirePanda.ApiKeys;

/// <summary>
/// One stamp per workspace, on every key that was compiled with its settings: when they change the stamp goes stale, and with it
/// all those keys, without anybody looking for them.
/// </summary>
internal sealed class WorkspaceStamps
{
    private readonly ConcurrentDictionary<string, Stamp> _stamps = new(StringComparer.Ordinal);

    public Stamp Current(string workspace) => _stamps.GetOrAdd(workspace, static _ => new Stamp());

    public void Forget(string workspace)
    {
        if (_stamps.TryRemove(workspace, out var stamp))
        {
            stamp.IsStale = true;
        }
    }

    internal sealed class Stamp
    {
        private volatile bool _isStale;
        private volatile Allowlist? _allowlist;

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
