using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>How a host registers, decorates, and replaces stores.</summary>
public sealed class StoreRegistrationTests
{
    private static readonly Type[] _interfaces =
    [
        typeof(IApiKeyStore),
        typeof(IApiKeyManagementStore),
        typeof(IApiKeyUsageStore),
        typeof(IApiKeyAlertStore),
        typeof(IApiKeyChangeFeed),
    ];

    public static TheoryData<Type, string[]> Decorated => new()
    {
        { typeof(IApiKeyStore), [nameof(IApiKeyStore.FindByHashAsync)] },
        {
            typeof(IApiKeyManagementStore),
            [
                nameof(IApiKeyManagementStore.SaveAsync),
                nameof(IApiKeyManagementStore.GetWorkspaceAsync),
                nameof(IApiKeyManagementStore.SaveLastUsedAsync),
                nameof(IApiKeyManagementStore.GetKeyNamesAsync),
                nameof(IApiKeyManagementStore.ListReminderKeysAsync),
            ]
        },
        {
            typeof(IApiKeyUsageStore),
            [
                nameof(IApiKeyUsageStore.SaveUsageAsync),
                nameof(IApiKeyUsageStore.SumUsageAsync),
                nameof(IApiKeyUsageStore.SumTopUsageAsync),
            ]
        },
        {
            typeof(IApiKeyAlertStore),
            [
                nameof(IApiKeyAlertStore.AddAlertAsync),
                nameof(IApiKeyAlertStore.ListAlertsAsync),
                nameof(IApiKeyAlertStore.AddWebhookAsync),
                nameof(IApiKeyAlertStore.LeaseDeliveriesAsync),
            ]
        },
    };

    [Theory]
    [MemberData(nameof(Decorated))]
    public async Task AddStore_HostDecoratesOneInterface_KeepsEverythingAndAsksTheDecorator(Type decorated, string[] expected)
    {
        var calls = new ConcurrentBag<string>();
        await using var api = await StartAsync(services => AddDecorator(services, decorated, calls));

        await UseEverythingAsync(api);

        calls.Should().Contain(expected);
        var others = _interfaces.Where(type => type != decorated && type.IsAssignableFrom(typeof(TestStore)));
        others.Select(type => api.Services.GetRequiredService(type)).Should().AllBeOfType<TestStore>();
    }

    [Fact]
    public async Task AddStore_EveryInterfaceOfAnotherClass_ServesTogether()
    {
        var calls = new ConcurrentBag<string>();
        await using var api = await StartAsync(services =>
        {
            services.AddSingleton(provider
                => Recorder<IApiKeyAlertStore>.Around(provider.GetRequiredService<TestStore>(), calls));
            services.AddHirePandaApiKeys().AddStore<FindOnly>();
            services.AddSingleton(provider
                => Recorder<IApiKeyUsageStore>.Around(provider.GetRequiredService<TestStore>(), calls));
            services.AddSingleton(provider
                => Recorder<IApiKeyManagementStore>.Around(provider.GetRequiredService<TestStore>(), calls));
        });

        await UseEverythingAsync(api);

        api.Services.GetRequiredService<IApiKeyStore>().Should().BeOfType<FindOnly>();
        calls.Should().Contain(nameof(IApiKeyAlertStore.AddAlertAsync))
            .And.Contain(nameof(IApiKeyUsageStore.SaveUsageAsync))
            .And.Contain(nameof(IApiKeyManagementStore.SaveAsync));
    }

    [Fact]
    public void AddStore_ASecondTime_ReplacesTheFirstUnderEveryInterfaceAndLeavesTheHostsOwn()
    {
        var services = new ServiceCollection();
        var hosts = new TestStore();
        services.AddSingleton<IApiKeyAlertStore>(hosts);
        services.AddHirePandaApiKeys().AddStore<InMemoryApiKeyStore>();
        services.AddHirePandaApiKeys().AddStore<FindOnly>();
        services.AddSingleton<TestStore>();
        using var provider = services.BuildServiceProvider(validateScopes: true);

        provider.GetRequiredService<IApiKeyStore>().Should().BeOfType<FindOnly>();
        provider.GetService<IApiKeyManagementStore>().Should().BeNull();
        provider.GetService<IApiKeyUsageStore>().Should().BeNull();
        provider.GetService<IApiKeyChangeFeed>().Should().BeNull();
        provider.GetService<InMemoryApiKeyStore>().Should().BeNull();
        provider.GetRequiredService<IApiKeyAlertStore>().Should().BeSameAs(hosts);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AddStore_Scoped_IsOneInstanceForEveryInterfaceInAScope(bool isRegisteredByTheHost)
    {
        var services = new ServiceCollection();
        if (isRegisteredByTheHost)
        {
            services.AddScoped<InMemoryApiKeyStore>();
        }

        services.AddHirePandaApiKeys()
            .AddStore<InMemoryApiKeyStore>(isRegisteredByTheHost ? ServiceLifetime.Singleton : ServiceLifetime.Scoped);
        using var provider = services.BuildServiceProvider(validateScopes: true);

        using var one = provider.CreateScope();
        using var other = provider.CreateScope();

        var stores = Stores(one);
        stores.Should().HaveCount(4).And.AllBeOfType<InMemoryApiKeyStore>();
        stores.Distinct().Should().ContainSingle();
        Stores(other)[0].Should().NotBeSameAs(stores[0]);

        static List<object> Stores(IServiceScope scope)
            => [.. _interfaces.Select(scope.ServiceProvider.GetService).OfType<object>()];
    }

    private static Task<TestApi> StartAsync(Action<IServiceCollection> services) => TestApi.StartAsync(
        options => options.Webhooks.AllowPrivateTargets = true,
        builder => services(builder.Services),
        app => app.MapHirePandaApiKeys(ManagementApi.Keys));

    private static void AddDecorator(IServiceCollection services, Type decorated, ConcurrentBag<string> calls)
    {
        var around = typeof(Recorder<>).MakeGenericType(decorated).GetMethod(nameof(Recorder<object>.Around))!;
        services.AddSingleton(decorated, provider => around.Invoke(null, [provider.GetRequiredService<TestStore>(), calls])!);
    }

    /// <summary>Uses each part of the store: keys, workspaces, usage, alerts, webhooks, and reminders.</summary>
    private static async Task UseEverythingAsync(TestApi api)
    {
        var secret = api.Secret();
        await api.CreateAsync(secret, new { name = "CI", type = "ci" });
        (await api.StatusAsync(secret)).Should().Be(HttpStatusCode.OK);

        await api.QuietAsync();
        using (var usage = await api.GetAsync(ManagementApi.Keys + "/usage", secret))
        {
            (await usage.JsonAsync()).GetProperty("totals").GetProperty("requests").GetInt64().Should().BeGreaterThan(1);
        }

        var lastUsed = api.Services.GetRequiredService<LastUsedWriter>();
        (await lastUsed.TryRunAsync(TestContext.Current.CancellationToken)).Should().BeTrue();
        await using var receiver = await WebhookReceiver.StartAsync();
        await api.AddWebhookAsync(secret, receiver.Url);
        (await api.RaiseAsync("a")).Should().BeTrue();
        await TestApi.Until(() => receiver.Messages.Count == 1);
        (await api.AlertsAsync(secret)).Should().ContainSingle();
        await api.ScanAsync();

        var settings = new { enabled = true, networks = new[] { "192.0.2.0/24" } };
        const string Allowlist = ManagementApi.Keys + "/ip-allowlist?force=true";
        using (var allowlist = await api.SendAsync(HttpMethod.Put, Allowlist, secret, settings))
        {
            allowlist.StatusCode.Should().Be(HttpStatusCode.OK, await allowlist.TextAsync());
        }

        using var refused = await api.GetAsync("/read", secret, address: "198.51.100.1");
        refused.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    private sealed class FindOnly(TestStore store) : IApiKeyStore
    {
        public ValueTask<ApiKey?> FindByHashAsync(IReadOnlyList<ApiKeyHash> hashes, CancellationToken cancellationToken)
            => store.FindByHashAsync(hashes, cancellationToken);
    }
}
