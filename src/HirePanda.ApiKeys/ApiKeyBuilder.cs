using System.Diagnostics.CodeAnalysis;
using HirePanda.ApiKeys;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Configures the API keys of a host.</summary>
public sealed class ApiKeyBuilder
{
    private static readonly Type[] _storeInterfaces =
    [
        typeof(IApiKeyStore),
        typeof(IApiKeyManagementStore),
        typeof(IApiKeyUsageStore),
        typeof(IApiKeyAlertStore),
        typeof(IApiKeyChangeFeed),
    ];

    internal ApiKeyBuilder(IServiceCollection services) => Services = services;

    /// <summary>Gets the services of the host.</summary>
    public IServiceCollection Services { get; }

    /// <summary>
    /// Sets the store. One instance of it serves every store interface that <typeparamref name="TStore"/> implements:
    /// <see cref="IApiKeyStore"/>, <see cref="IApiKeyManagementStore"/>, <see cref="IApiKeyUsageStore"/>,
    /// <see cref="IApiKeyAlertStore"/>, and <see cref="IApiKeyChangeFeed"/>. A feature is off if the store does not implement its
    /// interface and you do not register that interface yourself.
    /// </summary>
    /// <typeparam name="TStore">The store.</typeparam>
    /// <param name="lifetime">
    /// The lifetime of the store. It is ignored if you have registered <typeparamref name="TStore"/> yourself. The default is
    /// <see cref="ServiceLifetime.Singleton"/>. Every read runs in its own scope.
    /// </param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// <para>
    /// The last registration of an interface is used, as everywhere in dependency injection. To decorate one interface, or to
    /// serve it with another class, register it after this call. The decorator resolves the store by its class, and the other
    /// interfaces stay as they are. A second call replaces the store of the first call under every interface.
    /// </para>
    /// <para>
    /// The container may dispose a disposable store more than once, because it resolves the store under several interfaces.
    /// </para>
    /// </remarks>
    public ApiKeyBuilder AddStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TStore>(
        ServiceLifetime lifetime = ServiceLifetime.Singleton)
        where TStore : class, IApiKeyStore
    {
        foreach (var previous in Services.OfType<StoreDescriptor>().ToList())
        {
            Services.Remove(previous);
        }

        if (Services.InEffect(typeof(TStore)) is { } own)
        {
            lifetime = own.Lifetime;
        }
        else
        {
            Services.Add(new StoreDescriptor(typeof(TStore), typeof(TStore), lifetime));
        }

        foreach (var type in _storeInterfaces.Where(type => type.IsAssignableFrom(typeof(TStore))))
        {
            Services.Add(new StoreDescriptor(type, provider => provider.GetRequiredService<TStore>(), lifetime));
        }

        return this;
    }

    /// <summary>Keeps keys in memory, for tests and trials. The keys are lost when the process ends.</summary>
    /// <param name="keys">The keys to start with.</param>
    /// <returns>The builder.</returns>
    public ApiKeyBuilder AddInMemoryStore(params IEnumerable<ApiKey> keys)
    {
        Services.AddSingleton(new InMemoryApiKeyStore(keys));
        return AddStore<InMemoryApiKeyStore>();
    }

    /// <summary>Adds a sink for alerts. Every sink gets every alert, in addition to the log and the webhooks.</summary>
    /// <typeparam name="TSink">The sink.</typeparam>
    /// <param name="lifetime">
    /// The lifetime of the sink. The default is <see cref="ServiceLifetime.Singleton"/>. Every alert is sent in its own scope.
    /// </param>
    /// <returns>The builder.</returns>
    public ApiKeyBuilder AddAlertSink<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TSink>(
        ServiceLifetime lifetime = ServiceLifetime.Singleton)
        where TSink : class, IApiKeyAlertSink
    {
        Services.Add(ServiceDescriptor.Describe(typeof(IApiKeyAlertSink), typeof(TSink), lifetime));
        return this;
    }

    /// <summary>
    /// Accepts the credentials of another authentication scheme, such as JWTs or a login cookie, wherever a policy of this
    /// library accepts API keys. The workspace's IP allowlist and the default rate limit apply, and usage is counted for each
    /// client.
    /// </summary>
    /// <param name="scheme">
    /// The name of the scheme, such as <c>Bearer</c>. If the scheme is not registered, the host stops at start.
    /// </param>
    /// <param name="configure">The delegate that configures the scheme, or null for the defaults. The default is null.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">The scheme is already accepted, or it is the scheme of API keys.</exception>
    public ApiKeyBuilder AcceptScheme(string scheme, Action<AcceptedScheme>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(scheme);
        var accepted = new AcceptedScheme(scheme);
        configure?.Invoke(accepted);
        Services.Accept(accepted);
        return this;
    }

    /// <summary>
    /// Marks a registration of <see cref="AddStore"/>, so that a later call replaces it and keeps the host's registrations.
    /// </summary>
    private sealed class StoreDescriptor : ServiceDescriptor
    {
        public StoreDescriptor(
            Type type,
            [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type implementation,
            ServiceLifetime lifetime)
            : base(type, implementation, lifetime)
        {
        }

        public StoreDescriptor(Type type, Func<IServiceProvider, object> factory, ServiceLifetime lifetime)
            : base(type, factory, lifetime)
        {
        }
    }
}
