using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Input that a lenient parser would accept.</summary>
public sealed class ManagementInputTests
{
    [Theory]
    [InlineData("""{"name":"a\u2028b","type":"ci"}""", "name")]
    [InlineData("""{"name":"a\u2029b","type":"ci"}""", "name")]
    [InlineData("""{"name":"a\u202Eb","type":"ci"}""", "name")]
    [InlineData("""{"name":"a\u2066b","type":"ci"}""", "name")]
    [InlineData("""{"name":"a\u200Fb","type":"ci"}""", "name")]
    [InlineData("""{"name":"a\u061Cb","type":"ci"}""", "name")]
    [InlineData("""{"name":"a\u200Bb","type":"ci"}""", "name")]
    [InlineData("""{"name":"a\u2060b","type":"ci"}""", "name")]
    [InlineData("""{"name":"\uFEFFa","type":"ci"}""", "name")]
    [InlineData("""{"name":"a\u00ADb","type":"ci"}""", "name")]
    [InlineData("""{"name":"a\uDB40\uDC41b","type":"ci"}""", "name")]
    [InlineData("""{"name":"\u200D\u200C","type":"ci"}""", "name")]
    [InlineData("""{"name":"a","type":"ci","expiresAt":"2030-01-01T00:00:00+00:00\u0000"}""", "expiresAt")]
    [InlineData("""{"name":"a","type":"ci","expiresAt":"2030-01-01T00:00:00Z "}""", "expiresAt")]
    [InlineData("""{"name":"a","type":"ci","expiresAt":" 2030-01-01T00:00:00Z"}""", "expiresAt")]
    [InlineData("""{"name":"a","type":"ci","expiresAt":"\u0662030-01-01T00:00:00Z"}""", "expiresAt")]
    [InlineData("""{"name":"a","type":"ci","expiresAt":"2030-01-01T00:00:00.\u0661Z"}""", "expiresAt")]
    [InlineData("""{"name":"a","type":"ci","allowedNetworks":["10.0.0.0/\u0668"]}""", "allowedNetworks[0]")]
    [InlineData("""{"name":"a","type":"ci","allowedNetworks":["2001:db8::\uFF11"]}""", "allowedNetworks[0]")]
    [InlineData("""{"name":"a","type":"ci\u200B"}""", "type")]
    [InlineData("""{"name":"a","type":"ci","allowedNetworks":["10.0.0.0/8\u0000"]}""", "allowedNetworks[0]")]
    [InlineData("""{"name":"a","type":"ci","allowedNetworks":["10.0.0\u0000.0/8"]}""", "allowedNetworks[0]")]
    [InlineData("""{"name":"a","type":"ci","allowedNetworks":["10.0.0.1\u0000"]}""", "allowedNetworks[0]")]
    [InlineData("""{"name":"a","type":"ci","allowedNetworks":["2001:db8::/32\u0000"]}""", "allowedNetworks[0]")]
    [InlineData("""{"name":"a","type":"ci","allowedNetworks":["::ffff:10.0.0.1\u0000"]}""", "allowedNetworks[0]")]
    [InlineData("""{"name":"a","type":"ci\u0000"}""", "type")]
    [InlineData("""{"name":"a","type":"ci","tier":"read\u0000"}""", "tier")]
    [InlineData("""{"name":"a","type":"ci","permissions":["jobs:read\u0000"]}""", "permissions[0]")]
    [InlineData("""{"name":"a","type":"ci","expiresAt":"2030-01-01T00:00:00Z\u0000"}""", "expiresAt")]
    public async Task Create_InvisibleCharacters_AreRefused(string body, string field)
    {
        await using var api = await ManagementApi.StartAsync();

        using var response = await api.PostAsync("", api.Secret(), body);

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.FieldsAsync()).Should().Equal(field);
    }

    [Theory]
    [InlineData("?limit=5%00")]
    [InlineData("?limit=5%20")]
    [InlineData("?limit=%D9%A5")]
    [InlineData("?limit=%2B5")]
    [InlineData("?limit=5&limit=6")]
    [InlineData("?status=Active")]
    [InlineData("?status=1")]
    [InlineData("?type=ci%00")]
    [InlineData("/usage?interval=hour%00")]
    [InlineData("/usage?interval=1")]
    [InlineData("/usage?to=2026-11-24%00")]
    [InlineData("/usage?to=%202026-11-24")]
    [InlineData("/usage?to=2026-11-24T11:59:59%2B00:00%00")]
    [InlineData("/audit?limit=5%00")]
    [InlineData("/usage?to=2026-11-24T12:00:00")]
    [InlineData("/usage?to=2026-11-24T12:00:00Z%00")]
    [InlineData("/usage?to=2026-11-24T12:00:00.Z")]
    [InlineData("/usage?to=2026-11-24T12:00")]
    public async Task Queries_ThatAreNotQuiteWhatIsAskedFor_AreRefused(string query)
    {
        await using var api = await ManagementApi.StartAsync();

        using var response = await api.GetAsync(ManagementApi.Keys + query, api.Secret());

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Allowlist_ForceThatIsNotQuiteTrue_IsRefused()
    {
        await using var api = await ManagementApi.StartAsync();

        using var response = await api.SendAsync(
            HttpMethod.Put, ManagementApi.Keys + "/ip-allowlist?force=true%00", api.Secret(), new
            {
                enabled = true,
                networks = Array.Empty<string>(),
            });

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.FieldsAsync()).Should().Equal("force");
    }

    [Theory]
    [InlineData("\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645")]
    [InlineData("\u0D28\u0D4D\u200D")]
    [InlineData("\uD83D\uDC69\u200D\uD83D\uDCBB")]
    [InlineData("Z\u0301")]
    public async Task Create_NameOfAnyScript_IsKeptAsItIs(string name)
    {
        await using var api = await ManagementApi.StartAsync();

        (await api.CreateAsync(api.Secret(), new { name, type = "ci" })).Text("name").Should().Be(name);
    }

    [Theory]
    [InlineData("a\u202Eb")]
    [InlineData("a\u200Bb")]
    [InlineData("a\u2028b")]
    [InlineData("a\nb")]
    [InlineData("half a pair")]
    public async Task Revoke_ReasonWithInvisibleCharacters_IsRefused(string reason)
    {
        await using var api = await ManagementApi.StartAsync();
        reason = reason == "half a pair" ? "a\ud800b" : reason;
        await using var scope = api.Services.CreateAsyncScope();
        var (key, _) = api.Issue();
        var manager = scope.ServiceProvider.GetRequiredService<ApiKeyManager>();
        var actor = new ApiKeyActor { Id = "person", Workspace = TestApi.Workspace, Tier = "admin" };

        var one = await manager.RevokeAsync(actor, key.Id, reason, cancellationToken: TestContext.Current.CancellationToken);
        var all = await manager.RevokeAllAsync(actor, reason, cancellationToken: TestContext.Current.CancellationToken);

        one.Failure!.Details.Should().ContainSingle().Which.Field.Should().Be("reason");
        all.Failure!.Details.Should().ContainSingle().Which.Field.Should().Be("reason");
    }

    [Theory]
    [InlineData("2026-11-24T11:59:59.1234567891Z")]
    [InlineData("2026-11-24T11:59:59.1Z")]
    [InlineData("2026-11-24T11:59:59Z")]
    [InlineData("2026-11-24T12:59:59%2B01:00")]
    [InlineData("2026-11-24T11:59Z")]
    [InlineData("2026-11-24")]
    public async Task Usage_TimesOfAnyPrecision_AreRead(string to)
    {
        await using var api = await ManagementApi.StartAsync();

        using var response = await api.GetAsync($"{ManagementApi.Keys}/usage?to={to}", api.Secret());

        response.StatusCode.Should().Be(HttpStatusCode.OK, await response.TextAsync());
    }
}
