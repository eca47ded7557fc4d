using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>
/// A dashboard that is mapped so that anybody or nobody could use it is refused: at start where that is possible.
/// </summary>
public sealed class MappingTests
{
    private const string Mend = "MapHirePandaApiKeysDashboard(…).RequireAuthorization(\"policy\")";

    [Fact]
    public async Task Start_WithoutAuthorization_StopsWithTheMend()
        => await Start(dashboard => dashboard).Should().ThrowAsync<InvalidOperationException>()
            .WithMessage("*mapped without authorization*" + Mend + "*LocalRequestsOnly()*");

    [Fact]
    public async Task Start_WithAllowAnonymous_StopsWithTheMend()
    {
        await Start(dashboard => dashboard.AllowAnonymous()).Should().ThrowAsync<InvalidOperationException>()
            .WithMessage("*AllowAnonymous()*Remove it.");
        await Start(dashboard => dashboard.RequireAuthorization(DashboardHost.Policy).AllowAnonymous())
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("*AllowAnonymous()*Remove it.");
        await Start(dashboard => dashboard.LocalRequestsOnly().AllowAnonymous())
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("*AllowAnonymous()*Remove it.");
    }

    [Theory]
    [InlineData("read")]
    [InlineData("admin")]
    [InlineData("keys:manage")]
    public async Task Start_WithAPolicyOfKeys_StopsWithTheMend(string policy)
        => await Start(dashboard => dashboard.RequireAuthorization(policy)).Should().ThrowAsync<InvalidOperationException>()
            .WithMessage("*accepts API keys only*Require a policy of your users' own scheme*");

    [Fact]
    public async Task Start_OneOfTwoDashboardsIsOpen_Stops()
        => await new Func<Task>(() => DashboardHost.StartAsync(app =>
            {
                app.MapHirePandaApiKeysDashboard("/dashboard").RequireAuthorization(DashboardHost.Policy);
                app.MapHirePandaApiKeysDashboard("/open");
            }))
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("*without authorization*");

    [Fact]
    public async Task Map_WithoutAddDashboard_NamesTheCall()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Services.AddHirePandaApiKeys().AddInMemoryStore();
        await using var app = builder.Build();

        app.Invoking(host => host.MapHirePandaApiKeysDashboard("/dashboard"))
            .Should().Throw<InvalidOperationException>().WithMessage("*AddHirePandaApiKeys().AddDashboard()*");
    }

    [Fact]
    public async Task Request_MappedLaterWithoutAuthorization_IsRefusedEveryTime()
    {
        await using var host = await LateAsync(routes => routes.MapHirePandaApiKeysDashboard("/dashboard"));
        using var visitor = host.Visit();

        await RefusedAsync(host, visitor, "/dashboard/", "mapped without authorization");
        await RefusedAsync(host, visitor, "/dashboard/settings", "mapped without authorization");
        using var asset = await visitor.GetAsync(
            $"/dashboard/assets/{host.Services.GetRequiredService<DashboardAssets>().Hash}/dashboard.css");

        asset.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await asset.TextAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Request_MappedLaterWithAllowAnonymous_IsRefused()
    {
        await using var host = await LateAsync(routes => routes.MapHirePandaApiKeysDashboard("/dashboard")
            .RequireAuthorization(DashboardHost.Policy).AllowAnonymous());
        using var visitor = host.Visit(null);

        await RefusedAsync(host, visitor, "/dashboard/", "AllowAnonymous()");
    }

    [Fact]
    public async Task Request_ProviderGivesAPolicyOfKeysLate_IsRefusedEvenWithAKey()
    {
        await using var host = await DashboardHost.StartAsync(
            app => app.MapHirePandaApiKeysDashboard("/dashboard").RequireAuthorization("slow"),
            first: builder => builder.Services.AddSingleton<IAuthorizationPolicyProvider>(provider =>
                new SlowProvider(ActivatorUtilities.CreateInstance<DefaultAuthorizationPolicyProvider>(provider))));
        using var visitor = host.Visit(null);
        var (_, secret) = await host.CreateKeyAsync();

        await RefusedAsync(host, visitor, "/dashboard/", "accepts API keys only", ("Authorization", $"Bearer {secret}"));
    }

    [Fact]
    public async Task Request_PolicyAdmitsAnonymousCallers_IsRefused()
    {
        await using var host = await DashboardHost.StartAsync(
            app => app.MapHirePandaApiKeysDashboard("/dashboard")
                .RequireAuthorization(policy => policy.RequireAssertion(_ => true)));
        using var visitor = host.Visit(null);

        using var response = await visitor.GetAsync("/dashboard/");

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Request_AFallbackPolicyIsNoAuthorizationOfItsOwn()
        => await Start(
                dashboard => dashboard,
                builder => builder.Services.AddAuthorizationBuilder().SetFallbackPolicy(
                    new AuthorizationPolicyBuilder(PersonHandler.SchemeName).RequireAuthenticatedUser().Build()))
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("*without authorization*");

    private static Func<Task> Start(
        Func<RouteGroupBuilder, IEndpointConventionBuilder> convention, Action<WebApplicationBuilder>? services = null)
        => () => DashboardHost.StartAsync(app => convention(app.MapHirePandaApiKeysDashboard("/dashboard")), services);

    private static async Task RefusedAsync(
        DashboardHost host, Visitor visitor, string path, string mistake, params (string Name, string Value)[] fields)
    {
        using var response = await visitor.GetAsync(path, fields);
        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        var page = await response.TextAsync();
        page.Should().Contain("This dashboard is not set up").And.NotContain(mistake, "the log tells it, not the page");
        host.Logs.Errors.Should().Contain(text => text.Contains(mistake));
    }

    private static async Task<DashboardHost> LateAsync(Action<IEndpointRouteBuilder> map)
    {
        var late = new LateEndpoints();
        var host = await DashboardHost.StartAsync(app => ((IEndpointRouteBuilder)app).DataSources.Add(late));
        late.Map(host.Services, map);
        return host;
    }

    /// <summary>A provider that reads its policies from elsewhere, so that they are not known at start.</summary>
    private sealed class SlowProvider(IAuthorizationPolicyProvider inner) : IAuthorizationPolicyProvider
    {
        public Task<AuthorizationPolicy> GetDefaultPolicyAsync() => inner.GetDefaultPolicyAsync();

        public Task<AuthorizationPolicy?> GetFallbackPolicyAsync() => inner.GetFallbackPolicyAsync();

        public async Task<AuthorizationPolicy?> GetPolicyAsync(string policyName)
        {
            await Task.Yield();
            return policyName == "slow"
                ? new AuthorizationPolicyBuilder(ApiKeyDefaults.AuthenticationScheme).RequireAuthenticatedUser().Build()
                : await inner.GetPolicyAsync(policyName);
        }
    }
}
