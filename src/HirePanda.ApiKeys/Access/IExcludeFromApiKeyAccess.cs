namespace HirePanda.ApiKeys;

/// <summary>
/// Endpoint metadata that leaves an endpoint out of the list of what a key can call, because API keys are not meant to call it.
/// </summary>
internal interface IExcludeFromApiKeyAccess;

/// <summary>The metadata itself.</summary>
internal sealed class ExcludeFromApiKeyAccess : IExcludeFromApiKeyAccess
{
    public static readonly ExcludeFromApiKeyAccess Instance = new();

    private ExcludeFromApiKeyAccess()
    {
    }
}
