using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>This library as in its README, with one key that has a tier, three networks, and one limit.</summary>
internal static class OurScenario
{
    /// <summary>The allowed networks. The last one contains the caller's address.</summary>
    public static readonly string[] Networks = ["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8"];

    private static readonly Lazy<ServiceProvider> _provider = new(Provider);

    /// <summary>Creates a key with the tier write, three networks, and one limit that is too high to refuse a request.</summary>
    public static IssuedApiKey Issue(string name = "CI")
        => _provider.Value.GetRequiredService<ApiKeyIssuer>().Issue("acme", new CreateApiKeyRequest
        {
            Name = name,
            Type = ApiKeyTypes.Production,
            Tier = Scenario.Policy,
            AllowedNetworks = Networks,
            RateLimits = [new RateLimit(RateLimit.MaxPermits, TimeSpan.FromSeconds(1))],
        });

    public static Scenario Create(string name, params IEnumerable<IssuedApiKey> further)
    {
        var issued = Issue();
        return new(name, $"Bearer {issued.Secret}")
        {
            Services = services => services.AddHirePandaApiKeys()
                .AddInMemoryStore([issued.Key, .. further.Select(other => other.Key)]),
        };
    }

    /// <summary>The same with the dashboard.</summary>
    public static Scenario CreateWithDashboard(string name)
    {
        var scenario = Create(name);
        return scenario with
        {
            Services = services =>
            {
                scenario.Services!(services);
                services.AddHirePandaApiKeys().AddDashboard();
            },
            Map = app => app.MapHirePandaApiKeysDashboard("/dashboard").LocalRequestsOnly(),
        };
    }

    /// <summary>Adds the library as a host does, with an empty store.</summary>
    public static void AddEmpty(IServiceCollection services) => services.AddHirePandaApiKeys().AddInMemoryStore();

    /// <summary>
    /// Creates variants of a secret with one changed character in the random part, so that the checksum is wrong.
    /// </summary>
    public static string[] Junk(string authorization, int count)
    {
        var index = authorization.Length - 20;
        var others = "0123456789ABCDEFGHIJ".Replace(authorization[index].ToString(), "", StringComparison.Ordinal);
        return [.. others.Take(count).Select(character => $"{authorization[..index]}{character}{authorization[(index + 1)..]}")];
    }

    private static ServiceProvider Provider()
    {
        var services = new ServiceCollection().AddLogging();
        services.AddHirePandaApiKeys();
        return services.BuildServiceProvider();
    }
}
