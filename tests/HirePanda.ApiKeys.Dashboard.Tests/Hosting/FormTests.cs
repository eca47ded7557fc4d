using System.Net;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>Forms that another site, another person, or another node's page sends. No route needs to exist for that.</summary>
public sealed class FormTests
{
    private const string Page = "/dashboard/settings";
    private const string Target = "/dashboard/nothing";

    [Fact]
    public async Task Post_WithTheTokenOfItsPage_ReachesThePage()
    {
        await using var host = await DashboardHost.StartAsync();
        using var visitor = host.Visit();
        using var page = await visitor.GetAsync(Page);

        using var response = await visitor.PostAsync(Target);

        response.StatusCode.Should().Be(HttpStatusCode.NotFound, "the form is accepted, and there is no such page");
    }

    [Fact]
    public async Task Post_WithoutOrWithAForgedToken_IsAPageAndAnEvent()
    {
        await using var host = await DashboardHost.StartAsync();
        using var visitor = host.Visit();
        using var withoutCookie = await visitor.PostWithoutTokenAsync(Target);
        using var page = await visitor.GetAsync(Page);
        using var without = await visitor.PostWithoutTokenAsync(Target);
        visitor.Token = (visitor.Token.Field, "CfDJ8" + new string('A', 150));
        using var forged = await visitor.PostAsync(Target);

        foreach (var response in new[] { withoutCookie, without, forged })
        {
            await ShouldBeOutdatedAsync(response);
        }

        host.Logs.Ours.Select(entry => entry.Text).Where(text => text.Contains("share the keys of data protection")
            && text.Contains("SetApplicationName")).Should().HaveCount(3);
    }

    [Fact]
    public async Task Post_WithTheTokenOfAnotherPerson_IsRefused()
    {
        await using var host = await DashboardHost.StartAsync();
        using var owner = host.Visit();
        using var other = host.Visit(People.Other);
        using var ownersPage = await owner.GetAsync(Page);
        using var othersPage = await other.GetAsync(Page);

        // The attacker's own token with the attacker's own cookie, planted in the victim's browser.
        using var copy = new Visitor(host.Handler(), People.Owner) { Cookies = other.Cookies, Token = other.Token };
        using var response = await copy.PostAsync(Target);
        owner.Token = other.Token;
        using var swapped = await owner.PostAsync(Target);

        await ShouldBeOutdatedAsync(response);
        await ShouldBeOutdatedAsync(swapped);
    }

    [Theory]
    [InlineData("cross-site")]
    [InlineData("same-site")]
    [InlineData("none")]
    [InlineData("SAME-ORIGIN ")]
    public async Task Post_FromElsewhere_IsRefusedEvenWithAToken(string site)
    {
        await using var host = await DashboardHost.StartAsync();
        using var visitor = host.Visit();
        using var page = await visitor.GetAsync(Page);

        using var response = await visitor.PostAsync(Target, null, ("Sec-Fetch-Site", site));

        await ShouldBeOutdatedAsync(response);
        host.Logs.Ours.Should().Contain(entry => entry.Text.Contains("a browser sent it from elsewhere"));
    }

    [Fact]
    public async Task Post_FromItsOwnPage_IsAccepted()
    {
        await using var host = await DashboardHost.StartAsync();
        using var visitor = host.Visit();
        using var page = await visitor.GetAsync(Page);

        using var response = await visitor.PostAsync(Target, null, ("Sec-Fetch-Site", "same-origin"));

        response.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("application/json", "{}")]
    [InlineData("text/plain", "a=b")]
    [InlineData("multipart/form-data", "no boundary")]
    public async Task Post_NotAForm_IsRefused(string type, string body)
    {
        await using var host = await DashboardHost.StartAsync();
        using var client = new HttpMessageInvoker(host.Handler());
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://localhost" + Target)
        {
            Content = new StringContent(body, Encoding.UTF8, type),
        };
        request.Headers.Add(PersonHandler.Field, People.Owner);

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        await ShouldBeOutdatedAsync(response);
    }

    [Fact]
    public async Task Post_TooLarge_IsRefused()
    {
        await using var host = await DashboardHost.StartAsync();
        using var visitor = host.Visit();
        using var page = await visitor.GetAsync(Page);

        using var response = await visitor.PostAsync(Target, [("name", new string('a', 600_000))]);

        await ShouldBeOutdatedAsync(response);
    }

    [Fact]
    public async Task Nodes_WithOneKeyRingAndOneName_AcceptEachOthersForms()
    {
        using var ring = new TemporaryFolder();
        await using var first = await NodeAsync(ring, "shop");
        await using var second = await NodeAsync(ring, "shop");

        using var response = await PostToOtherNodeAsync(first, second);

        response.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Nodes_WithSeparateKeyRings_RefuseAndNameTheMend()
    {
        using var ring = new TemporaryFolder();
        using var other = new TemporaryFolder();
        await using var first = await NodeAsync(ring, "shop");
        await using var second = await NodeAsync(other, "shop");

        using var response = await PostToOtherNodeAsync(first, second);

        await ShouldBeOutdatedAsync(response);
        second.Logs.Ours.Should().Contain(entry => entry.Text.Contains("share the keys of data protection"));
    }

    [Fact]
    public async Task Nodes_WithOneKeyRingAndDifferentNames_Refuse()
    {
        using var ring = new TemporaryFolder();
        await using var first = await NodeAsync(ring, "shop");
        await using var second = await NodeAsync(ring, "shop2");

        using var response = await PostToOtherNodeAsync(first, second);

        await ShouldBeOutdatedAsync(response);
    }

    private static Task<DashboardHost> NodeAsync(TemporaryFolder ring, string name)
        => DashboardHost.StartAsync(
            services: builder => builder.Services.AddDataProtection().SetApplicationName(name)
                .PersistKeysToFileSystem(new DirectoryInfo(ring.Path)),
            hasOwnDataProtection: true);

    private static async Task<HttpResponseMessage> PostToOtherNodeAsync(DashboardHost first, DashboardHost second)
    {
        using var visitor = first.Visit();
        using var page = await visitor.GetAsync(Page);
        using var there = new Visitor(second.Handler(), People.Owner) { Cookies = visitor.Cookies, Token = visitor.Token };
        return await there.PostAsync(Target);
    }

    private static async Task ShouldBeOutdatedAsync(HttpResponseMessage response)
    {
        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.TextAsync()).Should().Contain("<h1>This form is out of date. Load it again.</h1>")
            .And.Contain("<title>Error: ");
    }
}
