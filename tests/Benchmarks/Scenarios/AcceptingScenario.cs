using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>This library where the host also accepts JWTs, called with a JWT or with a key.</summary>
internal static class AcceptingScenario
{
    public static Scenario Jwt { get; } = new("accepted-jwt", $"Bearer {JwtScenario.Token(JwtScenario.Symmetric)}")
    {
        Services = services => Add(services),
    };

    public static Scenario Key { get; } = CreateKey();

    private static Scenario CreateKey()
    {
        var issued = OurScenario.Issue();
        return new("ours-accepting", $"Bearer {issued.Secret}") { Services = services => Add(services, issued.Key) };
    }

    private static void Add(IServiceCollection services, params IEnumerable<ApiKey> keys)
    {
        JwtScenario.AddBearer(services, ApiKeyDefaults.SelectorScheme, JwtScenario.Symmetric);
        services.AddHirePandaApiKeys(
                options => options.DefaultRateLimit = new RateLimit(RateLimit.MaxPermits, TimeSpan.FromSeconds(1)))
            .AddInMemoryStore(keys).AcceptScheme(JwtBearerDefaults.AuthenticationScheme);
    }
}
