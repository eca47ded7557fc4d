namespace HirePanda.ApiKeys;

/// <summary>
/// Marks the cached keys of a workspace as outdated when the settings of the workspace change. All keys that were compiled with
/// the same settings share the token. <see cref="WorkspaceInvalidationTokens"/> creates it.
/// </summary>
/// <param name="sequence">
/// The <see cref="WorkspaceInvalidationTokens.Sequence"/> when the previous token went stale, or 0 for the first token.
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

    /// <summary>
    /// Gets the compiled allowlist of a workspace, or null if none is enabled. All keys of the workspace share it while the
    /// settings stay the same.
    /// </summary>
    public Allowlist? GetAllowlist(ApiKeyWorkspace? workspace)
    {
        if (_allowlist is { } known && known.Matches(workspace))
        {
            return known;
        }

        return _allowlist = Allowlist.Compile(workspace);
    }
}
