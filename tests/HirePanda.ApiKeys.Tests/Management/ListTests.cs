using System.Net;
using System.Text.Json;

namespace HirePanda.ApiKeys.Tests;

public sealed class ListTests
{
    [Fact]
    public async Task List_ManyKeysOfOneMoment_PagesThroughEachOnceNewestFirst()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        for (var i = 0; i < 24; i++)
        {
            if (i % 8 == 0)
            {
                api.Time.Advance(TimeSpan.FromSeconds(1));
            }

            await api.CreateAsync(secret, new { name = $"key {i}", type = i % 2 == 0 ? "ci" : "analytics" });
        }

        var seen = new List<JsonElement>();
        string? cursor = null;
        do
        {
            using var response = await api.GetAsync(
                $"{ManagementApi.Keys}?limit=7{(cursor is null ? "" : $"&cursor={cursor}")}", secret);
            var page = await response.JsonAsync();
            seen.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.GetProperty("nextCursor").GetString();

            // A key that is created meanwhile belongs before the cursor and does not move other keys.
            api.Time.Advance(TimeSpan.FromSeconds(1));
            await api.CreateAsync(secret, new { name = "late", type = "ci" });
        }
        while (cursor is not null);

        seen.Select(key => key.Text("id")).Should().OnlyHaveUniqueItems().And.HaveCount(25);
        seen.Select(key => key.GetProperty("createdAt").GetDateTimeOffset()).Should().BeInDescendingOrder();
        seen.Should().NotContain(key => key.GetRawText().Contains("secret"));
    }

    [Fact]
    public async Task List_ByStatusAndType_ReturnsOnlyMatches()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        api.Issue(new CreateApiKeyRequest { Name = "Expired", Type = "ci", ExpiresAt = TestApi.Start.AddSeconds(1) });
        api.Issue(new CreateApiKeyRequest { Name = "Revoked", Type = "ci" }, key => key with { RevokedAt = TestApi.Start });
        api.Issue(new CreateApiKeyRequest { Name = "Active", Type = "ci" });
        api.Time.Advance(TimeSpan.FromSeconds(1));

        (await NamesAsync("status=active")).Should().BeEquivalentTo("Active", "Test");
        (await NamesAsync("status=expired")).Should().BeEquivalentTo("Expired");
        (await NamesAsync("status=revoked")).Should().BeEquivalentTo("Revoked");
        (await NamesAsync("type=CI&status=active")).Should().BeEquivalentTo("Active");
        (await NamesAsync("type=production")).Should().BeEquivalentTo("Test");

        async Task<IEnumerable<string>> NamesAsync(string query)
        {
            using var response = await api.GetAsync($"{ManagementApi.Keys}?{query}", secret);
            return (await response.JsonAsync()).GetProperty("items").EnumerateArray().Select(key => key.Text("name")).ToList();
        }
    }

    [Fact]
    public async Task List_ByCreator_ReturnsWhatThatActorCreated()
    {
        await using var api = await ManagementApi.StartAsync();
        var (one, first) = api.Issue();
        var (two, second) = api.Issue();
        var a = (await api.CreateAsync(first, new { name = "a", type = "ci" })).Text("id");
        var b = (await api.CreateAsync(first, new { name = "b", type = "analytics" })).Text("id");
        var c = (await api.CreateAsync(second, new { name = "c", type = "ci" })).Text("id");

        (await IdsAsync($"createdBy={one.Id}")).Should().BeEquivalentTo(a, b);
        (await IdsAsync($"createdBy={one.Id}&type=ci")).Should().Equal(a);
        (await IdsAsync($"createdBy={two.Id}")).Should().Equal(c);
        (await IdsAsync($"createdBy={two.Id[..^1]}")).Should().BeEmpty("ids are compared exactly");
        (await IdsAsync("createdBy=")).Should().BeEmpty();

        async Task<IEnumerable<string>> IdsAsync(string query)
            => (await api.ItemsAsync($"{ManagementApi.Keys}?{query}", second)).Select(key => key.Text("id"));
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=-1", "limit")]
    [InlineData("limit=201", "limit")]
    [InlineData("limit=1000000000", "limit")]
    [InlineData("limit=99999999999999", "limit")]
    [InlineData("limit=ten", "limit")]
    [InlineData("limit=", "limit")]
    [InlineData("status=gone", "status")]
    [InlineData("type=gone", "type")]
    [InlineData("name=%00", "name")]
    [InlineData("createdBy=%00", "createdBy")]
    [InlineData("cursor=abc", "cursor")]
    [InlineData("cursor=%20%20", "cursor")]
    [InlineData("cursor=", "cursor")]
    public async Task List_BadQuery_NamesTheField(string query, string field)
    {
        await using var api = await ManagementApi.StartAsync();

        using var response = await api.GetAsync($"{ManagementApi.Keys}?{query}", api.Secret());

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.FieldsAsync()).Should().Equal(field);
    }

    [Fact]
    public async Task List_TamperedCursor_IsRefused()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        await api.CreateAsync(secret, new { name = "x", type = "ci" });
        using var first = await api.GetAsync($"{ManagementApi.Keys}?limit=1", secret);
        var cursor = (await first.JsonAsync()).Text("nextCursor");

        for (var i = 0; i < cursor.Length; i++)
        {
            var tampered = cursor[..i] + (cursor[i] == 'A' ? 'B' : 'A') + cursor[(i + 1)..];
            using var response = await api.GetAsync($"{ManagementApi.Keys}?cursor={tampered}", secret);
            response.StatusCode.Should().Be(HttpStatusCode.BadRequest, tampered);
        }
    }

    [Fact]
    public async Task AnyCall_OnAnotherWorkspacesKey_IsNotFound()
    {
        await using var api = await ManagementApi.StartAsync();
        var (key, secret) = api.Issue();
        var other = api.OtherWorkspace();

        foreach (var send in new Func<string, Task<HttpResponseMessage>>[]
        {
            id => api.GetAsync($"{ManagementApi.Keys}/{id}", other),
            id => api.PatchAsync(id, other, new { name = "mine" }),
            id => api.PostAsync($"/{id}/rotate", other),
            id => api.PostAsync($"/{id}/revoke", other),
        })
        {
            foreach (var id in new[] { key.Id, "key_unknown" })
            {
                using var response = await send(id);
                response.StatusCode.Should().Be(HttpStatusCode.NotFound);
                (await response.TextAsync())
                    .Should().Be("""{"error":{"code":"not_found","message":"There is no such API key","status":404}}""");
            }
        }

        using var list = await api.GetAsync(ManagementApi.Keys, other);
        (await list.TextAsync()).Should().NotContain(key.Id);
        (await api.StatusAsync(secret)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Me_AnyValidKey_SeesItsOwn()
    {
        await using var api = await ManagementApi.StartAsync();
        var (key, secret) = api.Issue(
            new CreateApiKeyRequest
            {
                Name = "Reports",
                Type = "development",
                Tier = "read",
                Permissions = ["billing:read", "jobs:read"],
            });

        using var response = await api.GetAsync($"{ManagementApi.Keys}/me", secret);
        using var none = await api.GetAsync($"{ManagementApi.Keys}/me");

        (await response.TextAsync()).Should().Be(
            $$"""
            {"id":"{{key.Id}}","name":"Reports","type":"development","ownerId":null,"tier":"read",
            "permissions":["billing:read","jobs:read"],
            "effectivePermissions":["jobs:read","candidates:read","analytics:read","webhooks:read","billing:read"],
            "expiresAt":null,"rateLimits":[{"permits":100,"windowSeconds":60}]}
            """.ReplaceLineEndings(""));
        none.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Me_OfARefusedKeyThatAnEventLetsIn_ShowsNoKey()
    {
        await using var api = await ManagementApi.StartAsync(options => options.Events.OnAuthenticationFailed = context =>
        {
            context.Principal = new System.Security.Claims.ClaimsPrincipal(new System.Security.Claims.ClaimsIdentity("Guest"));
            context.Success();
            return Task.CompletedTask;
        });
        var (key, secret) = api.Issue(change: key => key with { RevokedAt = TestApi.Start });

        using var response = await api.GetAsync($"{ManagementApi.Keys}/me", secret);

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await response.TextAsync()).Should().NotContain(key.Id);
    }

    [Fact]
    public async Task AnyCall_StoreCannotAnswer_IsServiceUnavailable()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        api.Store.BeforeManagement = () => throw new InvalidOperationException("The database is away.");

        using var response = await api.GetAsync(ManagementApi.Keys, secret);

        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await response.CodeAsync()).Should().Be("service_unavailable");
        (await response.TextAsync()).Should().Contain("API keys cannot be managed at the moment", "this one was verified");
        api.Logs.Ours.Should().Contain(entry => entry.Text.Contains("The database is away."));
    }
}
