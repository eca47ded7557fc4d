using System.Net;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>The dashboard in different hosts.</summary>
public sealed class HostTests
{
    [Theory]
    [InlineData("/dashboard")]
    [InlineData("/dashboard/")]
    [InlineData("/dashboard/settings")]
    [InlineData("/dashboard/settings/")]
    [InlineData("/dashboard/nothing")]
    [InlineData("/dashboard/nothing/at/all/")]
    [InlineData("/dashboard//nothing//")]
    [InlineData("/dashboard/a%2Fb/%20")]
    public async Task Addresses_AreBelowTheMount(string path)
    {
        await using var host = await DashboardHost.StartAsync();
        await ShouldLinkAsync(host, path, "/dashboard");
    }

    [Fact]
    public async Task Addresses_BelowAPathBase_HaveIt()
    {
        await using var host = await DashboardHost.StartAsync(app =>
        {
            app.UsePathBase("/tools");
            app.UseRouting();
            app.UseAuthentication();
            app.UseAuthorization();
            app.MapHirePandaApiKeysDashboard("/dashboard").RequireAuthorization(DashboardHost.Policy);
        });
        await ShouldLinkAsync(host, "/tools/dashboard", "/tools/dashboard", "/tools/logout");
        await ShouldLinkAsync(host, "/tools/dashboard/nothing/", "/tools/dashboard", "/tools/logout");
    }

    [Fact]
    public async Task Addresses_InAGroupWithATenant_HaveTheTenantOfTheRequest()
    {
        await using var host = await DashboardHost.StartAsync(app
            => app.MapGroup("/t/{tenant}").MapHirePandaApiKeysDashboard("/keys").RequireAuthorization(DashboardHost.Policy));
        await ShouldLinkAsync(host, "/t/acme/keys", "/t/acme/keys");
        await ShouldLinkAsync(host, "/t/b%C3%BCro/keys/settings/", "/t/b%C3%BCro/keys");
        await ShouldLinkAsync(host, "/t/%22%3E%3Cscript%3E/keys/settings", "/t/%22%3E%3Cscript%3E/keys");
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    public async Task Addresses_AtTheRoot_Work(string pattern)
    {
        await using var host = await DashboardHost.StartAsync(
            app => app.MapHirePandaApiKeysDashboard(pattern).RequireAuthorization(DashboardHost.Policy));
        await ShouldLinkAsync(host, "/", "");
        await ShouldLinkAsync(host, "/nothing/", "");
        await ShouldLinkAsync(host, "/settings/", "");
    }

    [Fact]
    public async Task TwoDashboards_EachLinksItself()
    {
        await using var host = await DashboardHost.StartAsync(app =>
        {
            app.MapHirePandaApiKeysDashboard("/one").RequireAuthorization(DashboardHost.Policy);
            app.MapHirePandaApiKeysDashboard("/two").RequireAuthorization(DashboardHost.Policy);
        });
        await ShouldLinkAsync(host, "/one/settings", "/one");
        await ShouldLinkAsync(host, "/two/settings", "/two");
    }

    [Fact]
    public async Task Cookies_RedirectToTheLoginPage()
    {
        await using var host = await DashboardHost.StartAsync(
            app => app.MapHirePandaApiKeysDashboard("/dashboard").RequireAuthorization("Cookie"),
            builder =>
            {
                builder.Services.AddAuthentication().AddCookie(cookie => cookie.LoginPath = "/login");
                builder.Services.AddAuthorizationBuilder().AddPolicy("Cookie", policy => policy
                    .AddAuthenticationSchemes(CookieAuthenticationDefaults.AuthenticationScheme).RequireAuthenticatedUser());
            });
        using var visitor = host.Visit(null);

        foreach (var path in new[] { "/dashboard/", "/dashboard/settings", "/dashboard/nothing" })
        {
            using var response = await visitor.GetAsync(path);
            response.StatusCode.Should().Be(HttpStatusCode.Found);
            response.Header("Location").Should().Be($"http://localhost/login?ReturnUrl={Uri.EscapeDataString(path)}");
        }
    }

    [Fact]
    public async Task Antiforgery_WithTheHostsNames_Works()
    {
        await using var host = await DashboardHost.StartAsync(services: builder => builder.Services.AddAntiforgery(options =>
        {
            options.FormFieldName = "host_field";
            options.HeaderName = "X-Host";
            options.Cookie.Name = "host_cookie";
        }));
        await ShouldAcceptAFormAsync(host, "host_field");
    }

    [Fact]
    public async Task Blazor_WithACatchAllPage_KeepsItsPagesAndWeOurs()
    {
        await using var host = await DashboardHost.StartAsync(
            app =>
            {
                app.UseAuthentication();
                app.UseAuthorization();
                app.UseAntiforgery();
                app.MapHirePandaApiKeysDashboard("/dashboard").RequireAuthorization(DashboardHost.Policy);
                app.MapRazorComponents<HostApp>();
            },
            builder => builder.Services.AddRazorComponents());
        using var visitor = host.Visit();

        using var theirs = await visitor.GetAsync("/anything/else");

        (await theirs.TextAsync()).Should().Contain("The host's own page");
        await ShouldLinkAsync(host, "/dashboard", "/dashboard");
        await ShouldLinkAsync(host, "/dashboard/nothing", "/dashboard");
        await ShouldAcceptAFormAsync(host, "__RequestVerificationToken");
    }

    [Fact]
    public async Task RazorPages_MapNothingOfOurs()
    {
        await using var host = await DashboardHost.StartAsync(
            app =>
            {
                app.MapRazorPages();
                app.MapControllers();
                app.MapHirePandaApiKeysDashboard("/dashboard").RequireAuthorization(DashboardHost.Policy);
            },
            builder =>
            {
                builder.Services.AddRazorPages();
                builder.Services.AddControllersWithViews();
            });

        host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<DashboardRoute>() is null)
            .Should().NotContain(endpoint => endpoint.DisplayName!.Contains("Dashboard"));
        await ShouldLinkAsync(host, "/dashboard/settings", "/dashboard");
        await ShouldAcceptAFormAsync(host, "__RequestVerificationToken");
    }

    [Fact]
    public async Task FallbackPolicy_ProtectsTheHostAndThePolicyTheDashboard()
    {
        await using var host = await DashboardHost.StartAsync(
            services: builder => builder.Services.AddAuthorizationBuilder().SetFallbackPolicy(
                new AuthorizationPolicyBuilder(PersonHandler.SchemeName).RequireUserName("nobody").Build()));
        await ShouldLinkAsync(host, "/dashboard", "/dashboard");
        using var visitor = host.Visit();
        using var asset = await visitor.GetAsync(
            $"/dashboard/assets/{host.Services.GetRequiredService<DashboardAssets>().Hash}/dashboard.css");
        asset.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Middleware_ThatReadsForms_DoesNotBreakOurs()
    {
        await using var host = await DashboardHost.StartAsync(app =>
        {
            app.Use(async (context, next) =>
            {
                if (context.Request.HasFormContentType)
                {
                    _ = await context.Request.ReadFormAsync(context.RequestAborted);
                }

                await next(context);
            });
            app.UseRouting();
            app.UseAuthentication();
            app.UseAuthorization();
            app.MapHirePandaApiKeysDashboard("/dashboard").RequireAuthorization(DashboardHost.Policy);
        });
        await ShouldAcceptAFormAsync(host, "__RequestVerificationToken");
    }

    [Fact]
    public async Task Head_HasNoBody()
    {
        await using var host = await DashboardHost.StartAsync();
        using var visitor = host.Visit();

        using var response = await visitor.SendAsync(HttpMethod.Head, "/dashboard/settings", null);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        (await response.TextAsync()).Should().BeEmpty();
    }

    private static async Task ShouldLinkAsync(DashboardHost host, string path, string root, string signOut = "/logout")
    {
        using var visitor = host.Visit();
        using var response = await visitor.GetAsync(path);
        var page = await response.TextAsync();
        page.Should().Contain($"<a class=\"brand\" href=\"{root}/\">").And.Contain($"href=\"{root}/keys\"")
            .And.Contain($"href=\"{root}/assets/").And.Contain($"action=\"{signOut}\"");
        var start = page.IndexOf($"{root}/assets/", StringComparison.Ordinal);
        using var asset = await visitor.GetAsync(page[start..page.IndexOf('"', start)]);
        asset.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    private static async Task ShouldAcceptAFormAsync(DashboardHost host, string field)
    {
        using var visitor = host.Visit();
        using var page = await visitor.GetAsync("/dashboard/settings");
        visitor.Token.Field.Should().Be(field);
        using var accepted = await visitor.PostAsync("/dashboard/nothing");
        using var refused = await visitor.PostWithoutTokenAsync("/dashboard/nothing");
        accepted.StatusCode.Should().Be(HttpStatusCode.NotFound);
        refused.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    /// <summary>The root of a host's own Blazor Web App.</summary>
    internal sealed class HostApp : ComponentBase
    {
        protected override void BuildRenderTree(RenderTreeBuilder builder)
            => builder.AddMarkupContent(0, "<!DOCTYPE html><html><body>The host's own page</body></html>");
    }
}

/// <summary>A page of a host that takes every address.</summary>
[Route("/{*path}")]
public sealed class CatchAllPage : ComponentBase;
