using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>This library as its README says, with one key that everything is checked of: tier, three networks, one limit.</summary>
internal static class OurScenario
{
    /// <summary>The caller's address is in the last.</summary>
    public static readonly string[] Networks = ["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8"];

    private static readonly Lazy<ServiceProvider> _provider = new(Provider);

    /// <summary>Makes a key: tier write, three networks, one limit so high that it never refuses.</summary>
    public static IssuedApiKey Issue(string name = "CI") => _provider.Value.GetRequiredService<ApiKeyIssuer>().Issue("acme", new CreateApiKeyRequest
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
            Services = services => services.AddHirePandaApiKeys().AddInMemoryStore([issued.Key, .. further.Select(one => one.Key)]),
        };
    }

    /// <summary>The library as a host adds it, with a store that has no keys yet.</summary>
    public static void AddEmpty(IServiceCollection services) => services.AddHirePandaApiKeys().AddInMemoryStore();

    /// <summary>The same secret with one character of its random part changed, in so many ways, so that the checksum is wrong.</summary>
    public static string[] Junk(string authorization, int ways)
    {
        var place = authorization.Length - 20;
        var others = "0123456789ABCDEFGHIJ".Replace(authorization[place].ToString(), "", StringComparison.Ordinal);
        return [.. others.Take(ways).Select(one => $"{authorization[..place]}{one}{authorization[(place + 1)..]}")];
    }

    private static ServiceProvider Provider()
    {
        var services = new ServiceCollection().AddLogging();
        services.AddHirePandaApiKeys();
        return services.BuildServiceProvider();
    }
}
