using System.Net;
using Microsoft.AspNetCore.Builder;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The default catalog.</summary>
public sealed class NeutralCatalogTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ci", "read", "/read /analytics")]
    [InlineData("ci", "write", "/read /write /analytics")]
    [InlineData("ci", "admin", "/read /write /admin /analytics")]
    [InlineData("production", null, "/read /write /admin /analytics")]
    [InlineData("development", null, "/read /write /analytics")]
    [InlineData("ci", null, "/read /analytics")]
    [InlineData("analytics", null, "/analytics")]
    public async Task Send_KeyOfATypeAndTier_MeetsPoliciesByRank(string type, string? tier, string passes)
    {
        await using var api = await StartAsync();
        var (_, secret) = await api.IssueAsync(new CreateApiKeyRequest { Name = "Test", Type = type, Tier = tier });
        var reached = new List<string>();
        foreach (var path in new[] { "/read", "/write", "/admin", "/analytics" })
        {
            using var response = await SendAsync(api, HttpMethod.Get, path, secret);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                reached.Add(path);
            }
        }

        string.Join(' ', reached).Should().Be(passes);
    }

    [Fact]
    public async Task Me_Admin_HasThePermissionsOfTheLibraryAlone()
    {
        await using var api = await StartAsync();
        var (_, secret) = await api.IssueAsync(new CreateApiKeyRequest { Name = "Admin", Type = ApiKeyTypes.Production });

        using var me = await SendAsync(api, HttpMethod.Get, "/keys/me", secret);

        (await me.JsonAsync()).GetProperty("effectivePermissions").EnumerateArray().Select(permission => permission.GetString())
            .Should().Equal("analytics:read", "keys:manage");
    }

    [Theory]
    [InlineData("read", """{"name":"x","type":"ci","tier":"write"}""", "write")]
    [InlineData("write", """{"name":"x","type":"ci","tier":"admin"}""", "admin")]
    [InlineData(null, """{"name":"x","type":"ci","tier":"read"}""", "read")]
    [InlineData("read", """{"name":"x","type":"development"}""", "write")]
    public async Task Create_TierAboveTheCallers_IsForbiddenAndNamed(string? tier, string body, string missing)
    {
        await using var api = await StartAsync();
        var (_, secret) = await api.IssueAsync(Manager(tier));

        using var refused = await SendAsync(api, HttpMethod.Post, "/keys", secret, body);
        using var same = await SendAsync(
            api, HttpMethod.Post, "/keys", secret, """{"name":"x","type":"ci","permissions":["keys:manage"]}""");

        refused.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        refused.Header("WWW-Authenticate").Should().Contain($"scope=\"{missing}\"");
        same.StatusCode.Should().Be(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Patch_ToATierAboveTheCallers_IsForbidden()
    {
        await using var api = await StartAsync();
        var (own, secret) = await api.IssueAsync(Manager("read"));
        var (other, _) = await api.IssueAsync(new CreateApiKeyRequest { Name = "Other", Type = ApiKeyTypes.Ci, Tier = "read" });
        foreach (var id in new[] { own.Id, other.Id })
        {
            using var raised = await SendAsync(api, HttpMethod.Patch, $"/keys/{id}", secret, """{"tier":"write"}""");
            using var kept = await SendAsync(api, HttpMethod.Patch, $"/keys/{id}", secret, """{"tier":"read"}""");

            raised.StatusCode.Should().Be(HttpStatusCode.Forbidden);
            kept.StatusCode.Should().Be(HttpStatusCode.OK);
        }
    }

    private static CreateApiKeyRequest Manager(string? tier)
        => new() { Name = "Manager", Type = ApiKeyTypes.Ci, Tier = tier, Permissions = ["analytics:read", "keys:manage"] };

    private static Task<KestrelApi> StartAsync() => KestrelApi.StartAsync(app =>
    {
        app.MapGet("/read", () => "read").RequireAuthorization("read");
        app.MapGet("/write", () => "write").RequireAuthorization("write");
        app.MapGet("/admin", () => "admin").RequireAuthorization("admin");
        app.MapGet("/analytics", () => "analytics").RequirePermission(ApiKeyPermissions.AnalyticsRead);
        app.MapHirePandaApiKeys("/keys");
    });

    private static async Task<HttpResponseMessage> SendAsync(
        KestrelApi api, HttpMethod method, string path, string secret, string? body = null)
    {
        using var client = new HttpClient { BaseAddress = api.Address };
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new("Bearer", secret);
        request.Content = body is null ? null : new StringContent(body, null, "application/json");
        return await client.SendAsync(request, Token);
    }
}
