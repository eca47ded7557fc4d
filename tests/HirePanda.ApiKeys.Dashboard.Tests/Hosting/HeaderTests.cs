using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>The header fields of every response.</summary>
public sealed class HeaderTests
{
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    [Fact]
    public async Task Endpoints_AllOfThem_HaveTheExactFields()
    {
        await using var host = await DashboardHost.StartAsync();
        using var visitor = host.Visit();
        var (key, _) = await host.CreateKeyAsync();
        var hash = host.Services.GetRequiredService<DashboardAssets>().Hash;
        var seen = 0;
        foreach (var endpoint in host.Endpoints)
        {
            var path = "/" + endpoint.RoutePattern.RawText!.TrimStart('/').Replace("{id}", key.Id, StringComparison.Ordinal)
                .Replace("{hash}", hash, StringComparison.Ordinal).Replace("{name}", "dashboard.css", StringComparison.Ordinal)
                .Replace("{**path}", "nothing", StringComparison.Ordinal);
            var methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET", "POST", "DELETE", "HEAD"];
            foreach (var method in methods)
            {
                using var response = await visitor.SendAsync(
                    new HttpMethod(method), path, method == "POST" ? [("a", "b"), visitor.Token] : null);
                ShouldBeExact(response, $"{method} {path}", isAsset: path.Contains("/assets/", StringComparison.Ordinal));
                seen++;
            }
        }

        seen.Should().BeGreaterThan(8, "overview, settings, assets and unknown pages exist at least");
    }

    [Theory]
    [InlineData("GET", "/dashboard/nothing", People.Owner, HttpStatusCode.NotFound)]
    [InlineData("PUT", "/dashboard/settings", People.Owner, HttpStatusCode.NotFound)]
    [InlineData("GET", "/dashboard/assets/0000000000000000/dashboard.css", People.Owner, HttpStatusCode.NotFound)]
    [InlineData("GET", "/dashboard/", People.Stranger, HttpStatusCode.Forbidden)]
    [InlineData("GET", "/dashboard/", People.Nowhere, HttpStatusCode.Forbidden)]
    [InlineData("POST", "/dashboard/", People.Owner, HttpStatusCode.BadRequest)]
    public async Task ErrorPages_HaveTheExactFields(string method, string path, string person, HttpStatusCode status)
    {
        await using var host = await DashboardHost.StartAsync();
        using var visitor = host.Visit(person);

        using var response = await visitor.SendAsync(new HttpMethod(method), path, null);

        response.StatusCode.Should().Be(status);
        ShouldBeExact(response, path);
    }

    [Fact]
    public async Task FormActionSources_ExtendFormActionOnly()
    {
        await using var host = await DashboardHost.StartAsync(options: dashboard =>
        {
            dashboard.FormActionSources.Add("https://login.example.com");
            dashboard.FormActionSources.Add("http://localhost:8080");
        });
        using var visitor = host.Visit();

        using var response = await visitor.GetAsync("/dashboard/");

        response.Header("Content-Security-Policy").Should().Be(Policy.Replace(
            "form-action 'self'",
            "form-action 'self' https://login.example.com http://localhost:8080",
            StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("'unsafe-inline'")]
    [InlineData("https:")]
    [InlineData("login.example.com")]
    [InlineData("https://*.example.com")]
    [InlineData("https://login.example.com/")]
    [InlineData("https://login.example.com/path")]
    [InlineData("https://login.example.com; script-src *")]
    [InlineData("https://login.example.com script-src")]
    [InlineData("https://login.example.com\r\nX-Evil: 1")]
    [InlineData("https://bücher.example")]
    [InlineData("https://me@login.example.com")]
    [InlineData("javascript:alert(1)")]
    [InlineData("")]
    public async Task FormActionSources_NotAnOrigin_StopsTheHost(string source)
        => await new Func<Task>(() => DashboardHost.StartAsync(options: dashboard => dashboard.FormActionSources.Add(source)))
            .Should().ThrowAsync<OptionsValidationException>().WithMessage("*FormActionSources must hold origins*");

    [Fact]
    public async Task Assets_AreKeptForGoodAtAnAddressThatChangesWithThem()
    {
        await using var host = await DashboardHost.StartAsync();
        using var visitor = host.Visit();
        var hash = host.Services.GetRequiredService<DashboardAssets>().Hash;
        using var page = await visitor.GetAsync("/dashboard/");
        var text = await page.TextAsync();

        foreach (var (name, type) in new[]
        {
            ("dashboard.css", "text/css; charset=utf-8"), ("dashboard.js", "text/javascript; charset=utf-8"),
            ("favicon.svg", "image/svg+xml"),
        })
        {
            text.Should().Contain($"/dashboard/assets/{hash}/{name}");
            using var asset = await visitor.GetAsync($"/dashboard/assets/{hash}/{name}");
            asset.StatusCode.Should().Be(HttpStatusCode.OK);
            asset.Header("Content-Type").Should().Be(type);
            asset.Header("Cache-Control").Should().Be("private, max-age=31536000, immutable");
        }

        DashboardAssets.HashOf([KeyValuePair.Create("a", "1"u8.ToArray())])
            .Should().NotBe(DashboardAssets.HashOf([KeyValuePair.Create("a", "2"u8.ToArray())]));
    }

    [Fact]
    public async Task Assets_AreSmall()
    {
        await using var host = await DashboardHost.StartAsync();
        using var visitor = host.Visit();
        var assets = $"/dashboard/assets/{host.Services.GetRequiredService<DashboardAssets>().Hash}/";

        using var style = await visitor.GetAsync(assets + "dashboard.css");
        using var script = await visitor.GetAsync(assets + "dashboard.js");

        style.Content.Headers.ContentLength.Should().BeLessThanOrEqualTo(16 * 1024);
        script.Content.Headers.ContentLength.Should().BeLessThanOrEqualTo(6 * 1024);
    }

    [Fact]
    public async Task Descriptions_OfTheApi_DoNotHaveTheDashboard()
    {
        await using var host = await DashboardHost.StartAsync(
            app =>
            {
                app.MapHirePandaApiKeysDashboard("/dashboard").RequireAuthorization(DashboardHost.Policy);
                app.MapGet("/jobs", () => "job");
            },
            builder => builder.Services.AddEndpointsApiExplorer());

        host.Services.GetRequiredService<IApiDescriptionGroupCollectionProvider>().ApiDescriptionGroups.Items
            .SelectMany(group => group.Items).Select(item => item.RelativePath).Should().Equal("jobs");
    }

    private static void ShouldBeExact(HttpResponseMessage response, string because, bool isAsset = false)
    {
        response.Header("Content-Security-Policy").Should().Be(Policy, because);
        response.Header("X-Frame-Options").Should().Be("DENY", because);
        response.Header("X-Content-Type-Options").Should().Be("nosniff", because);
        response.Header("Referrer-Policy").Should().Be("same-origin", because);
        if (!isAsset)
        {
            response.Header("Cache-Control").Should().Be("no-store", because);
        }
    }
}
