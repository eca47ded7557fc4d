using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys;

/// <summary>
/// Gets the stores of a management call when they are needed, not before: a store that cannot even be created is one that cannot
/// answer.
/// </summary>
internal sealed class ManagementStores(IServiceProvider services)
{
    public IApiKeyManagementStore Keys => services.GetService<IApiKeyManagementStore>() ?? throw new InvalidOperationException(
        "Managing API keys needs an IApiKeyManagementStore. Call AddHirePandaApiKeys().AddStore<T>() with one, or "
        + "AddInMemoryStore().");

    public IApiKeyStore Hashes => services.GetService<IApiKeyStore>() ?? throw new InvalidOperationException(
        "Finding API keys by their secret needs an IApiKeyStore. Call AddHirePandaApiKeys().AddStore<T>() with one, or "
        + "AddInMemoryStore().");

    public IApiKeyAlertStore Alerts => services.GetService<IApiKeyAlertStore>() ?? throw new InvalidOperationException(
        $"Alerts and webhooks need a store that implements IApiKeyAlertStore, which {Keys.GetType()} does not.");

    public IApiKeyUsageStore Usage => services.GetService<IApiKeyUsageStore>() ?? throw new InvalidOperationException(
        "Reports of usage need a store that implements IApiKeyUsageStore. Pass one to AddStore<T>(), or call "
        + "AddInMemoryStore().");
}
