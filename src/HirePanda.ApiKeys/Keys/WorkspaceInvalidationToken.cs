namespace HirePanda.ApiKeys;

/// <summary>Tells the keys of a workspace that its settings have changed since they were compiled.</summary>
/// <param name="sequence">
/// The <see cref="WorkspaceInvalidationTokens.Sequence"/> when the token before it went stale, or 0 for the first one.
/// </param>
internal sealed class WorkspaceInvalidationToken(long sequence)
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
