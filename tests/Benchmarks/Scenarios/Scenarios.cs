using System.Security.Claims;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>The compared ways to protect an endpoint.</summary>
internal static class Scenarios
{
    private const string Limiter = "by-key";

    public static Scenario Anonymous { get; } = new("anonymous", null);

    /// <summary>
    /// Gets the minimum of the framework's authentication and authorization, which checks nothing in the request.
    /// </summary>
    public static Scenario Floor { get; } = new("floor", "Bearer floor") { Services = AddFloor };

    /// <summary>Gets the floor plus the framework's rate limiter with one token bucket per key.</summary>
    public static Scenario FloorAndLimiter { get; } = new("floor+limiter", "Bearer floor")
    {
        Services = services =>
        {
            AddFloor(services);
            services.AddRateLimiter(AddBuckets);
        },
        Limiter = Limiter,
    };

    /// <summary>Gets a typical handwritten handler with a hash, a cache, and claims.</summary>
    public static Scenario HandWritten { get; } = new("hand-written", $"Bearer {HandWrittenHandler.Secret}")
    {
        Services = services =>
        {
            services.AddMemoryCache();
            Add<HandWrittenHandler>(services);
        },
    };

    public static Scenario JwtHs256 { get; } = JwtScenario.Create("jwt-hs256", JwtScenario.Symmetric);

    public static Scenario JwtRs256 { get; } = JwtScenario.Create("jwt-rs256", JwtScenario.Asymmetric);

    public static Scenario JwtForwarded { get; } = JwtScenario.CreateForwarded("jwt-forwarded", JwtScenario.Symmetric);

    /// <summary>Gets this library with every feature.</summary>
    public static Scenario Ours { get; } = OurScenario.Create("ours");

    /// <summary>Gets this library with the dashboard in the same app.</summary>
    public static Scenario Dashboard { get; } = OurScenario.CreateWithDashboard("ours+dashboard");

    public static IReadOnlyList<Scenario> All { get; } =
        [
            Anonymous, Floor, FloorAndLimiter, HandWritten, JwtHs256, JwtRs256, JwtForwarded, Dashboard, Ours,
            AcceptingScenario.Jwt, AcceptingScenario.Key,
        ];

    /// <summary>Adds a scheme with the handler, and a policy that requires one of its claims.</summary>
    public static void Add<THandler>(IServiceCollection services)
        where THandler : AuthenticationHandler<AuthenticationSchemeOptions>
    {
        services.AddAuthentication(typeof(THandler).Name)
            .AddScheme<AuthenticationSchemeOptions, THandler>(typeof(THandler).Name, null);
        AddPolicy(services);
    }

    public static void AddPolicy(IServiceCollection services)
        => services.AddAuthorizationBuilder().AddPolicy(Scenario.Policy, policy => policy.RequireClaim("scope", Scenario.Policy));

    public static void AddFloor(IServiceCollection services) => Add<FloorHandler>(services);

    private static void AddBuckets(RateLimiterOptions options)
        => options.AddPolicy(Limiter, context => RateLimitPartition.GetTokenBucketLimiter(
            context.User.FindFirstValue("sub"),
            static _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = RateLimit.MaxPermits,
                TokensPerPeriod = RateLimit.MaxPermits,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            }));
}
