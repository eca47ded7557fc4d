using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The catalog as a caller sees it.</summary>
public sealed class CatalogViewTests
{
    private const string Catalog = ManagementApi.Keys + "/catalog";

    [Fact]
    public async Task Catalog_OfTheDefaults_HasTypesTiersAndPermissions()
    {
        await using var api = await ManagementApi.StartAsync();

        using var response = await api.GetAsync(Catalog, api.Secret());

        var catalog = await response.JsonAsync();
        var types = catalog.GetProperty("types");
        types.EnumerateArray().Select(type => $"{type.Text("name")} {type.Text("prefix")}")
            .Should().Equal("production hp_live_", "development hp_dev_", "ci hp_ci_", "analytics hp_ana_");
        types[1].GetRawText().Should().Be(JsonSerializer.Serialize(new
        {
            name = "development",
            prefix = "hp_dev_",
            defaultTier = "write",
            defaultPermissions = Array.Empty<string>(),
            effectivePermissions = new[]
            {
                "jobs:read", "candidates:read", "analytics:read", "webhooks:read", "jobs:write", "candidates:write",
                "webhooks:write",
            },
            rateLimit = new { permits = 100, windowSeconds = 60 },
        }));
        types[3].GetRawText().Should().Be(JsonSerializer.Serialize(new
        {
            name = "analytics",
            prefix = "hp_ana_",
            defaultTier = (string?)null,
            defaultPermissions = new[] { "analytics:read" },
            effectivePermissions = new[] { "analytics:read" },
            rateLimit = new { permits = 1000, windowSeconds = 60 },
        }));
        catalog.GetProperty("tiers").EnumerateArray().Select(tier => (tier.Text("name"), Strings(tier, "permissions").Length))
            .Should().Equal(("read", 4), ("write", 7), ("admin", 11));
        catalog.GetProperty("permissions").GetArrayLength().Should().Be(11);
        catalog.GetProperty("maxRateLimit").ValueKind.Should().Be(JsonValueKind.Null);
        catalog.GetProperty("maxActiveKeys").GetInt32().Should().Be(100_000);
    }

    [Fact]
    public async Task Catalog_OfOptions_HasTheirBoundsAndNames()
    {
        await using var api = await ManagementApi.StartAsync(options =>
        {
            options.Brand = "zoo";
            options.MaxActiveKeys = 7;
            options.MaxRateLimit = new RateLimit(500, TimeSpan.FromSeconds(10));
            options.DefaultRateLimit = new RateLimit(5, TimeSpan.FromSeconds(1));
            options.Catalog.AddType("bot", "bot").DefaultTier = "READ";
            options.Catalog.Permissions.Add("extra:do");
        });

        var catalog = await (await api.GetAsync(Catalog, api.Secret())).JsonAsync();

        var bot = catalog.GetProperty("types").EnumerateArray().Single(type => type.Text("name") == "bot");
        (bot.Text("prefix"), bot.Text("defaultTier")).Should().Be(("zoo_bot_", "read"), "names are as the catalog spells them");
        bot.GetProperty("rateLimit").GetRawText().Should().Be("""{"permits":5,"windowSeconds":1}""");
        catalog.GetProperty("maxRateLimit").GetRawText().Should().Be("""{"permits":500,"windowSeconds":10}""");
        catalog.GetProperty("maxActiveKeys").GetInt32().Should().Be(7);
        Strings(catalog.GetProperty("tiers")[1], "permissions").Should().NotContain("extra:do");
    }

    [Theory]
    [InlineData("admin", "")]
    [InlineData("write", "keys:manage")]
    [InlineData("read", "keys:manage jobs:write")]
    [InlineData(null, "keys:manage")]
    public async Task CanGrant_OfEveryTierAndPermission_IsWhatCreationAllows(string? tier, string permissions)
    {
        await using var api = await ManagementApi.StartAsync();
        string[] own = permissions.Length == 0 ? [] : permissions.Split(' ');
        var (_, secret) = api.Issue(new CreateApiKeyRequest { Name = "x", Type = "production", Tier = tier, Permissions = own });

        var catalog = await (await api.GetAsync(Catalog, secret)).JsonAsync();

        foreach (var one in catalog.GetProperty("tiers").EnumerateArray())
        {
            using var created = await api.PostAsync("", secret, new { name = "x", type = "ci", tier = one.Text("name") });
            one.GetProperty("canGrant").GetBoolean().Should().Be(created.IsSuccessStatusCode, one.Text("name"));
            var missing = Strings(one, "missingPermissions");
            (missing.Length > 0).Should().Be(!created.IsSuccessStatusCode);
            if (!created.IsSuccessStatusCode)
            {
                (await created.JsonAsync()).GetProperty("error").Text("message")
                    .Should().EndWith($"lacks {string.Join(", ", missing)}");
            }
        }

        foreach (var one in catalog.GetProperty("permissions").EnumerateArray())
        {
            using var created = await api.PostAsync(
                "", secret, new { name = "x", type = "ci", permissions = new[] { one.Text("name") } });
            one.GetProperty("canGrant").GetBoolean().Should().Be(created.IsSuccessStatusCode, one.Text("name"));
        }
    }

    [Fact]
    public async Task Get_InCode_IsASingletonThatReadsTheCurrentOptions()
    {
        await using var api = await ManagementApi.StartAsync();

        var view = api.Services.GetRequiredService<ApiKeyCatalogReader>().Get(new ApiKeyActor { Id = "x", Workspace = "acme" });

        view.Tiers.Should().OnlyContain(tier => !tier.CanGrant);
        view.Permissions.Should().OnlyContain(permission => !permission.CanGrant);
        view.Types.Should().HaveCount(4);
    }

    private static string[] Strings(JsonElement json, string name)
        => [.. json.GetProperty(name).EnumerateArray().Select(item => item.GetString()!)];
}
