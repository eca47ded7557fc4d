namespace HirePanda.ApiKeys;

/// <summary>
/// Tells of every change that this process made, once it is committed or may have been: to caches and other observers.
/// </summary>
internal sealed class ChangeEvents
{
    public event Action<ApiKeyChangeSet>? Changed;

    public void Raise(ApiKeyChangeSet change) => Changed?.Invoke(change);
}
