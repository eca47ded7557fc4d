namespace HirePanda.ApiKeys;

/// <summary>
/// Raises an event for every change that this process makes to keys. Management raises it when the change is committed, or may
/// have been committed. <see cref="KeyLookup"/> and other observers handle it.
/// </summary>
internal sealed class ChangeEvents
{
    public event Action<ApiKeyChangeSet>? Changed;

    public void Raise(ApiKeyChangeSet change) => Changed?.Invoke(change);
}
