using System.Security.Claims;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>The ways to guard an endpoint that are compared.</summary>
internal static class Scenarios
{
    private const string Limiter = "by-key";

    public static Scenario Anonymous { get; } = new("anonymous", null);

    /// <summary>The least that the framework's own authentication and authorization can cost: nothing is looked at.</summary>
    public static Scenario Floor { get; } = new("floor", "Bearer floor") { Services = AddFloor };

    /// <summary>The same with the framework's rate limiter: one token bucket per key.</summary>
    public static Scenario FloorAndLimiter { get; } = new("floor+limiter", "Bearer floor")
    {
        Services = services =>
        {
            AddFloor(services);
            services.AddRateLimiter(AddBuckets);
        },
        Limiter = Limiter,
    };

    /// <summary>What people write themselves: hash, cache, claims.</summary>
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

    /// <summary>This library with everything on.</summary>
    public static Scenario Ours { get; } = OurScenario.Create("ours");

    public static IReadOnlyList<Scenario> All { get; } = [Anonymous, Floor, FloorAndLimiter, HandWritten, JwtHs256, JwtRs256, Ours];

    /// <summary>Adds a scheme of one handler, and the policy that asks for one claim of it.</summary>
    public static void Add<THandler>(IServiceCollection services)
        where THandler : AuthenticationHandler<AuthenticationSchemeOptions>
    {
        services.AddAuthentication(typeof(THandler).Name).AddScheme<AuthenticationSchemeOptions, THandler>(typeof(THandler).Name, null);
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
