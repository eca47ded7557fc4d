using System.Diagnostics.CodeAnalysis;
using HirePanda.ApiKeys;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds to the API keys of a host.</summary>
public sealed class ApiKeyBuilder
{
    internal ApiKeyBuilder(IServiceCollection services) => Services = services;

    /// <summary>The host's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Sets the host's own store; the last call counts.</summary>
    /// <typeparam name="TStore">The store. One that implements <see cref="IApiKeyManagementStore"/> serves management too.</typeparam>
    /// <param name="lifetime">
    /// The store's lifetime, unless the host has registered <typeparamref name="TStore"/> itself; every read runs in a scope of its
    /// own. Default: singleton.
    /// </param>
    public ApiKeyBuilder AddStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TStore>(
        ServiceLifetime lifetime = ServiceLifetime.Singleton)
        where TStore : class, IApiKeyStore
    {
        var own = Services.InEffect(typeof(TStore));
        Services.RemoveAll<IApiKeyStore>();
        Services.Add(own is null
            ? ServiceDescriptor.Describe(typeof(IApiKeyStore), typeof(TStore), lifetime)
            : ServiceDescriptor.Describe(typeof(IApiKeyStore), services => services.GetRequiredService<TStore>(), own.Lifetime));
        return this;
    }

    /// <summary>Keeps keys in memory: for tests and trials, since they are gone when the process ends.</summary>
    /// <param name="keys">Keys to begin with.</param>
    public ApiKeyBuilder AddInMemoryStore(params IEnumerable<ApiKey> keys)
    {
        Services.AddSingleton(new InMemoryApiKeyStore(keys));
        return AddStore<InMemoryApiKeyStore>();
    }

    /// <summary>Adds a place that alerts go to besides: the log, the webhooks and every sink that was added get each of them.</summary>
    /// <typeparam name="TSink">The sink.</typeparam>
    /// <param name="lifetime">The sink's lifetime; every alert is sent in a scope of its own. Default: singleton.</param>
    public ApiKeyBuilder AddAlertSink<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TSink>(
        ServiceLifetime lifetime = ServiceLifetime.Singleton)
        where TSink : class, IApiKeyAlertSink
    {
        Services.Add(ServiceDescriptor.Describe(typeof(IApiKeyAlertSink), typeof(TSink), lifetime));
        return this;
    }
}
