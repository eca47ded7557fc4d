using System.Net;
using HirePanda.ApiKeys.Dashboard.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Razor.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

[assembly: RazorCompiledItem(typeof(OwnPage), "mvc.1.0.razor-page", "/Pages/Own.cshtml")]

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>A host with Razor Pages that gives antiforgery its own names.</summary>
public sealed class RazorPagesTests
{
    [Fact]
    public async Task Pages_OfTheHostAndOurs_AreEachMappedOnce()
    {
        await using var host = await StartAsync();
        using var visitor = host.Visit();

        using var theirs = await visitor.GetAsync("/own");
        using var ours = await visitor.GetAsync("/dashboard/");

        (await theirs.TextAsync()).Should().Be("The host's own page");
        ours.StatusCode.Should().Be(HttpStatusCode.OK);
        var endpoints = host.Services.GetRequiredService<EndpointDataSource>().Endpoints;
        endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<PageActionDescriptor>()?.ViewEnginePath)
            .Where(page => page is not null).Should().Equal("/Own");
        host.Endpoints.Count(endpoint => endpoint.RoutePattern.RawText!.TrimEnd('/') == "/dashboard").Should().Be(1);
    }

    [Fact]
    public async Task Forms_UseTheNamesOfTheHost()
    {
        await using var host = await StartAsync();
        using var visitor = host.Visit();

        using var page = await visitor.GetAsync("/dashboard/settings");

        visitor.Token.Field.Should().Be("host_field");
        visitor.Cookies.GetAllCookies().Select(cookie => cookie.Name).Should().Equal("host_cookie");
    }

    /// <summary>Starts the host.</summary>
    internal static Task<DashboardHost> StartAsync() => DashboardHost.StartAsync(
        app =>
        {
            app.MapRazorPages();
            app.MapHirePandaApiKeysDashboard("/dashboard").RequireAuthorization(DashboardHost.Policy);
        },
        builder =>
        {
            builder.Services.AddRazorPages().ConfigureApplicationPartManager(
                parts => parts.ApplicationParts.Add(new CompiledRazorAssemblyPart(typeof(OwnPage).Assembly)));
            builder.Services.AddAntiforgery(options =>
            {
                options.FormFieldName = "host_field";
                options.HeaderName = "X-Host";
                options.Cookie.Name = "host_cookie";
            });
        });
}

/// <summary>A page of the host, as the compiler of Razor Pages writes it.</summary>
public sealed class OwnPage : Microsoft.AspNetCore.Mvc.RazorPages.Page
{
    public OwnPage Model => this;

    public override Task ExecuteAsync()
    {
        WriteLiteral("The host's own page");
        return Task.CompletedTask;
    }
}
