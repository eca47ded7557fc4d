using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>A form changes something only with its own token and from its own page, in every kind of host.</summary>
public sealed class HostFormTests
{
    public static TheoryData<string> Hosts => ["fallback policy", "Blazor", "path base", "tenants", "Razor Pages"];

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task Form_WithItsToken_ChangesTheKey(string kind)
    {
        await using var host = await StartAsync(kind);
        var (key, _) = await host.CreateKeyAsync();
        using var visitor = host.Visit();
        using var page = await visitor.GetAsync($"{Root(kind)}/keys/{key.Id}");
        page.StatusCode.Should().Be(HttpStatusCode.OK);

        using var response = await visitor.PostAsync(
            $"{Root(kind)}/keys/{key.Id}/disable", null, ("Sec-Fetch-Site", "same-origin"));

        response.StatusCode.Should().Be(HttpStatusCode.SeeOther);
        response.Header("Location").Should().Be($"{Root(kind)}/keys/{key.Id}?done=disabled");
        (await host.FindAsync(key.Id)).IsEnabled.Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task Form_WithoutItsTokenOrFromElsewhere_ChangesNothing(string kind)
    {
        await using var host = await StartAsync(kind);
        var (key, _) = await host.CreateKeyAsync();
        var (page, form) = ($"{Root(kind)}/keys/{key.Id}", $"{Root(kind)}/keys/{key.Id}/disable");
        using var visitor = host.Visit();
        using var stranger = host.Visit(People.Other);
        using var own = await visitor.GetAsync(page);
        using var foreign = await stranger.GetAsync(Root(kind) + "/settings");
        own.StatusCode.Should().Be(HttpStatusCode.OK);
        foreign.StatusCode.Should().Be(HttpStatusCode.OK);
        using var swapped = new Visitor(host.Handler(), People.Owner) { Cookies = visitor.Cookies, Token = stranger.Token };

        foreach (var (name, send) in new (string, Func<Task<HttpResponseMessage>>)[]
        {
            ("no token", () => visitor.PostWithoutTokenAsync(form)),
            ("the token of another person", () => swapped.PostAsync(form)),
            ("cross-site", () => visitor.PostAsync(form, null, ("Sec-Fetch-Site", "cross-site"))),
            ("same-site", () => visitor.PostAsync(form, null, ("Sec-Fetch-Site", "same-site"))),
        })
        {
            using var response = await send();
            response.StatusCode.Should().Be(HttpStatusCode.BadRequest, name);
            (await response.TextAsync()).Should().Contain("<h1>This form is out of date. Load it again.</h1>", name);
        }

        (await host.FindAsync(key.Id)).IsEnabled.Should().BeTrue();
    }

    private static string Root(string kind) => kind switch
    {
        "path base" => "/tools/dashboard",
        "tenants" => "/t/acme/dashboard",
        _ => "/dashboard",
    };

    private static Task<DashboardHost> StartAsync(string kind) => kind switch
    {
        "fallback policy" => DashboardHost.StartAsync(
            services: builder => builder.Services.AddAuthorizationBuilder().SetFallbackPolicy(
                new AuthorizationPolicyBuilder(PersonHandler.SchemeName).RequireUserName("nobody").Build())),
        "Blazor" => DashboardHost.StartAsync(
            app =>
            {
                app.UseAuthentication();
                app.UseAuthorization();
                app.UseAntiforgery();
                app.MapHirePandaApiKeysDashboard("/dashboard").RequireAuthorization(DashboardHost.Policy);
                app.MapRazorComponents<HostTests.HostApp>();
            },
            builder => builder.Services.AddRazorComponents()),
        "path base" => DashboardHost.StartAsync(app =>
        {
            app.UsePathBase("/tools");
            app.UseRouting();
            app.UseAuthentication();
            app.UseAuthorization();
            app.MapHirePandaApiKeysDashboard("/dashboard").RequireAuthorization(DashboardHost.Policy);
        }),
        "tenants" => DashboardHost.StartAsync(app
            => app.MapGroup("/t/{tenant}").MapHirePandaApiKeysDashboard("/dashboard").RequireAuthorization(DashboardHost.Policy)),
        "Razor Pages" => RazorPagesTests.StartAsync(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
