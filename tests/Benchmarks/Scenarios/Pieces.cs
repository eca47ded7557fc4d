using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>The floor and this library with pieces removed or added, to measure the cost of each piece.</summary>
internal static class Pieces
{
    public static IReadOnlyList<Scenario> All { get; } =
    [
        Scenarios.Anonymous,
        new("authorization only", null) { Services = AddAuthorizationOnly, UsesAuthentication = false },
        new("bare handler", null)
        {
            Services = services => AddBare(services, policy => policy.RequireClaim("scope", Scenario.Policy)),
        },
        new("bare, not as middleware", null) { Services = AddPinnedBare, UsesAuthentication = false },
        new("bare, policy pins it", null) { Services = AddPinnedBare },
        new("bare, own requirement", null)
        {
            Services = services => AddBare(services, policy => policy.AddRequirements(new OwnRequirement())),
        },
        Scenarios.Floor,
        Scenarios.Ours,
        OurScenario.Create("ours, not as middleware") with { UsesAuthentication = false },
    ];

    private static void AddAuthorizationOnly(IServiceCollection services)
        => services.AddAuthorizationBuilder().AddPolicy(Scenario.Policy, policy => policy.AddRequirements(new OwnRequirement()));

    private static void AddPinnedBare(IServiceCollection services)
        => AddBare(
            services,
            policy => policy.AddAuthenticationSchemes(nameof(BareHandler)).RequireClaim("scope", Scenario.Policy));

    private static void AddBare(IServiceCollection services, Action<AuthorizationPolicyBuilder> policy)
    {
        services.AddTransient<BareHandler>();
        services.AddAuthentication(options => options.AddScheme<BareHandler>(nameof(BareHandler), null));
        services.AddAuthorizationBuilder().AddPolicy(Scenario.Policy, policy);
    }

    private sealed class OwnRequirement : IAuthorizationRequirement, IAuthorizationHandler
    {
        public Task HandleAsync(AuthorizationHandlerContext context)
        {
            context.Succeed(this);
            return Task.CompletedTask;
        }
    }
}
