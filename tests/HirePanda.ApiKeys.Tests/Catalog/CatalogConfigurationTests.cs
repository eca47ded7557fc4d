using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys.Tests;

/// <summary>A catalog from configuration, and in code.</summary>
public sealed class CatalogConfigurationTests
{
    private static readonly Dictionary<string, string?> _zoo = new()
    {
        ["ApiKeys:Catalog:Tiers:0:Name"] = "visitor",
        ["ApiKeys:Catalog:Tiers:0:Permissions:0"] = "pandas:see",
        ["ApiKeys:Catalog:Tiers:1:Name"] = "keeper",
        ["ApiKeys:Catalog:Tiers:1:Permissions:0"] = "pandas:feed",
        ["ApiKeys:Catalog:Tiers:1:Permissions:1"] = "keys:manage",
        ["ApiKeys:Catalog:Tiers:2:Name"] = "director",
        ["ApiKeys:Catalog:Tiers:2:GrantsEverything"] = "true",
        ["ApiKeys:Catalog:Permissions:0"] = "gifts:buy",
        ["ApiKeys:Catalog:Types:0:Name"] = "badge",
        ["ApiKeys:Catalog:Types:0:Prefix"] = "b",
        ["ApiKeys:Catalog:Types:0:DefaultTier"] = "keeper",
        ["ApiKeys:Catalog:Types:0:RateLimit:Permits"] = "50",
        ["ApiKeys:Catalog:Types:0:RateLimit:Window"] = "00:00:10",
        ["ApiKeys:Catalog:Types:1:Name"] = "ticket",
        ["ApiKeys:Catalog:Types:1:Prefix"] = "t",
        ["ApiKeys:Catalog:Types:1:DefaultPermissions:0"] = "gifts:buy",
    };

    [Fact]
    public async Task Start_WholeCatalogInConfiguration_ReplacesTheDefault()
    {
        await using var api = await StartAsync(_zoo, app =>
        {
            app.MapGet("/feed", () => "fed").RequireAuthorization("pandas:feed");
            app.MapGet("/gifts", () => "bought").RequireAuthorization("gifts:buy");
            app.MapGet("/director", () => "director").RequireAuthorization("director");
            app.MapHirePandaApiKeys("/keys");
        });
        using var client = new HttpClient { BaseAddress = api.Address };
        var (_, badge) = await api.IssueAsync(new CreateApiKeyRequest { Name = "Badge", Type = "badge" });
        var (_, ticket) = await api.IssueAsync(new CreateApiKeyRequest { Name = "Ticket", Type = "ticket" });
        var (_, director) = await api.IssueAsync(
            new CreateApiKeyRequest { Name = "Director", Type = "badge", Tier = "director" });

        using var me = await GetAsync("/keys/me", badge);
        using var unknown = await PostAsync(
            """{"name":"x","type":"production","tier":"write","permissions":["analytics:read"]}""");

        badge.Should().StartWith("hp_b_");
        (await me.JsonAsync()).GetProperty("effectivePermissions").EnumerateArray().Select(permission => permission.GetString())
            .Should().Equal("pandas:see", "pandas:feed", "keys:manage");
        me.Header("RateLimit-Policy").Should().Be("\"default\";q=50;w=10");
        (await StatusAsync("/feed", badge)).Should().Be(HttpStatusCode.OK);
        (await StatusAsync("/director", badge)).Should().Be(HttpStatusCode.Forbidden);
        (await StatusAsync("/feed", ticket)).Should().Be(HttpStatusCode.Forbidden);
        (await StatusAsync("/gifts", ticket)).Should().Be(HttpStatusCode.OK);
        (await StatusAsync("/gifts", director)).Should().Be(HttpStatusCode.OK);
        (await unknown.FieldsAsync()).Should().Equal("type", "tier", "permissions[0]");

        async Task<HttpResponseMessage> GetAsync(string path, string secret)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Authorization = new("Bearer", secret);
            return await client.SendAsync(request, TestContext.Current.CancellationToken);
        }

        async Task<HttpResponseMessage> PostAsync(string body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/keys");
            request.Headers.Authorization = new("Bearer", badge);
            request.Content = new StringContent(body, null, "application/json");
            return await client.SendAsync(request, TestContext.Current.CancellationToken);
        }

        async Task<HttpStatusCode> StatusAsync(string path, string secret)
        {
            using var response = await GetAsync(path, secret);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task Start_OneListInConfiguration_LeavesTheOthersAsTheyAre()
    {
        await using var api = await StartAsync(new() { ["ApiKeys:Catalog:Permissions:0"] = "jobs:read" }, _ => { });

        var catalog = api.Services.GetRequiredService<IOptionsMonitor<ApiKeyOptions>>().Get(ApiKeyDefaults.AuthenticationScheme)
            .Catalog;

        catalog.Permissions.Should().Equal("jobs:read");
        catalog.Tiers.Select(tier => tier.Name).Should().Equal("read", "write", "admin");
        catalog.Types.Select(type => type.Name).Should().Equal("production", "development", "ci", "analytics");
    }

    [Theory]
    [InlineData("ApiKeys:Catalog:Teirs:0:Name", "owner", "ApiKeys:Catalog:Teirs is not a setting*Tiers*")]
    [InlineData("ApiKeys:Catalog:Tiers", "owner", "ApiKeys:Catalog:Tiers is 'owner'*list*")]
    [InlineData("ApiKeys:Catalog:Tiers:1:Permisions:0", "x", "ApiKeys:Catalog:Tiers:1:Permisions is not a setting*")]
    [InlineData("ApiKeys:Catalog:Tiers:1:Permissions", "x", "ApiKeys:Catalog:Tiers:1:Permissions is 'x'*list*")]
    [InlineData("ApiKeys:Catalog:Tiers:3:Permissions:0", "x", "*Catalog:Tiers:3:Name is ''*")]
    [InlineData("ApiKeys:Catalog:Tiers:1:GrantsEverything", "maybe", "*ApiKeys:Catalog:Tiers:1:GrantsEverything*")]
    [InlineData("ApiKeys:Catalog:Tiers:1:Name", "visitor", "*Catalog:Tiers:1:Name is 'visitor'*name of another tier*")]
    [InlineData("ApiKeys:Catalog:Types:1:Prefix", "NOT OK", "*Catalog:Types:1:Prefix*")]
    [InlineData("ApiKeys:Catalog:Types:1:DefaultTier", "write", "*Catalog:Types:1:DefaultTier is 'write'*")]
    [InlineData("ApiKeys:Catalog:Types:1:DefaultPermissions:1", "x y", "*Catalog:Types:1:DefaultPermissions:1*")]
    [InlineData("ApiKeys:Catalog:Types:0:RateLimit:Permits", "0", "*Catalog:Types:0:RateLimit*")]
    [InlineData("ApiKeys:Catalog:Types:0:Limit:Permits", "1", "ApiKeys:Catalog:Types:0:Limit is not a setting*")]
    public async Task Start_MistakeInTheCatalog_StopsTheHostAndNamesTheKey(string key, string value, string message)
    {
        var start = () => StartAsync(new(_zoo) { [key] = value }, _ => { });

        (await start.Should().ThrowAsync<Exception>().WithMessage(message))
            .Which.Should().Match(exception => exception is InvalidOperationException || exception is OptionsValidationException);
    }

    [Fact]
    public void AddPermissions_ToTiersOfTheDefault_AddsToThem()
    {
        var catalog = new ApiKeyCatalog().AddPermissions("READ", "jobs:read")
            .AddPermissions("write", "jobs:write", "jobs:delete");

        catalog.Tiers[0].Permissions.Should().Equal("analytics:read", "jobs:read");
        catalog.Tiers[1].Permissions.Should().Equal("jobs:write", "jobs:delete");
        catalog.Invoking(target => target.AddPermissions("owner", "x"))
            .Should().Throw<ArgumentException>().WithMessage("*'owner'*read, write, admin*");
    }

    [Fact]
    public void Clear_DefaultCatalog_LeavesNothing()
    {
        var catalog = new ApiKeyCatalog();
        catalog.Permissions.Add("x");

        catalog.Clear();

        (catalog.Tiers.Count, catalog.Permissions.Count, catalog.Types.Count).Should().Be((0, 0, 0));
    }

    private static Task<KestrelApi> StartAsync(Dictionary<string, string?> settings, Action<WebApplication> app)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        return KestrelApi.StartAsync(
            app, services: builder => builder.Services.AddHirePandaApiKeys(configuration.GetSection("ApiKeys")));
    }
}
