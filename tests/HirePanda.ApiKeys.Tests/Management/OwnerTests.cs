using System.Net;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Keys that belong to an owner inside their workspace, and callers that are bound to an owner.</summary>
public sealed class OwnerTests
{
    [Fact]
    public async Task Owner_OfAKey_IsInItsAnswersAuditAndClaims()
    {
        await using var api = await TestApi.StartAsync(app: app =>
        {
            app.MapHirePandaApiKeys(ManagementApi.Keys);
            app.MapGet("/owner", (ClaimsPrincipal user) => user.FindFirstValue(ApiKeyClaimTypes.Owner) ?? "none")
                .RequireAuthorization("read");
        });
        var admin = api.Secret();
        var created = await api.CreateAsync(admin, new { name = "x", type = "ci", ownerId = "ann" });
        var secret = created.Text("secret");

        created.Text("ownerId").Should().Be("ann");
        created.EnumerateObject().Select(member => member.Name).Should().StartWith(
            ["id", "name", "type", "ownerId", "tier", "permissions", "hint", "status", "enabled", "createdAt"]);
        (await (await api.GetAsync("/owner", secret)).TextAsync()).Should().Be("ann");
        (await (await api.GetAsync("/owner", admin)).TextAsync()).Should().Be("none");
        (await (await api.GetAsync($"{ManagementApi.Keys}/me", secret)).JsonAsync()).Text("ownerId").Should().Be("ann");

        api.Time.Advance(TimeSpan.FromSeconds(1));
        using var changed = await api.PatchAsync(created.Text("id"), admin, new { ownerId = (string?)null });
        (await changed.JsonAsync()).GetProperty("ownerId").ValueKind.Should().Be(JsonValueKind.Null);
        (await (await api.GetAsync("/owner", secret)).TextAsync()).Should().Be("none", "the next request knows it");
        var entry = (await (await api.GetAsync($"{ManagementApi.Keys}/audit", admin)).JsonAsync()).GetProperty("items")[0];
        entry.GetProperty("before").Text("ownerId").Should().Be("ann");
        entry.GetProperty("after").GetProperty("ownerId").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public async Task OwnerId_OfBadShape_IsRefusedByItsField()
    {
        await using var api = await ManagementApi.StartAsync();
        var (key, admin) = api.Issue();
        foreach (var owner in new[] { "", new string('x', 201), "a\u0000", "a\nb" })
        {
            using var created = await api.PostAsync("", admin, new { name = "x", type = "ci", ownerId = owner });
            using var changed = await api.PatchAsync(key.Id, admin, new { ownerId = owner });
            using var ended = await api.PostAsync("/revoke-all", admin, new { ownerId = owner });
            using var listed = await api.GetAsync($"{ManagementApi.Keys}?ownerId={Uri.EscapeDataString(owner)}", admin);

            foreach (var response in new[] { created, changed, ended, listed })
            {
                response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
                (await response.FieldsAsync()).Should().Equal("ownerId");
            }
        }

        (await api.CreateAsync(admin, new { name = "x", type = "ci", ownerId = new string('ж', 200) })).Text("ownerId")
            .Should().HaveLength(200);
    }

    [Fact]
    public async Task ListAndRevokeAll_ByOwner_TakeThatOwnersKeysAlone()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var ann = await api.CreateAsync(admin, new { name = "a", type = "ci", ownerId = "ann" });
        var bob = await api.CreateAsync(admin, new { name = "b", type = "ci", ownerId = "bob" });

        (await IdsAsync(api, admin, "?ownerId=ann")).Should().Equal(ann.Text("id"));
        (await IdsAsync(api, admin, "?ownerId=nobody")).Should().BeEmpty();
        using var revoked = await api.PostAsync("/revoke-all", admin, new { ownerId = "ann", reason = "left" });

        (await revoked.JsonAsync()).GetProperty("revoked").GetInt32().Should().Be(1);
        (await api.StatusAsync(ann.Text("secret"))).Should().Be(HttpStatusCode.Unauthorized);
        (await api.StatusAsync(bob.Text("secret"))).Should().Be(HttpStatusCode.OK);
        (await api.StatusAsync(admin)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task BoundCaller_SeesAndManagesItsOwnersKeysAlone()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var ann = (await api.CreateAsync(admin, new { name = "ann", type = "production", ownerId = "ann" })).Text("secret");
        var other = await api.CreateAsync(admin, new { name = "bob", type = "ci", ownerId = "bob" });
        var common = await api.CreateAsync(admin, new { name = "common", type = "ci" });
        var own = await api.CreateAsync(ann, new { name = "mine", type = "ci" });

        own.Text("ownerId").Should().Be("ann", "what it creates belongs to its owner");
        (await IdsAsync(api, ann)).Should().HaveCount(2).And.Contain(own.Text("id"));
        (await IdsAsync(api, ann, "?ownerId=bob")).Should().BeEmpty();
        foreach (var id in new[] { other.Text("id"), common.Text("id") })
        {
            (await api.GetAsync($"{ManagementApi.Keys}/{id}", ann)).StatusCode.Should().Be(HttpStatusCode.NotFound);
            (await api.PatchAsync(id, ann, new { name = "y" })).StatusCode.Should().Be(HttpStatusCode.NotFound);
            (await api.PostAsync($"/{id}/rotate", ann)).StatusCode.Should().Be(HttpStatusCode.NotFound);
            (await api.PostAsync($"/{id}/revoke", ann)).StatusCode.Should().Be(HttpStatusCode.NotFound);
            (await api.GetAsync($"{ManagementApi.Keys}/usage?keyId={id}", ann)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        }

        using var renamed = await api.PatchAsync(own.Text("id"), ann, new { name = "z", ownerId = "ann" });
        renamed.StatusCode.Should().Be(HttpStatusCode.OK, "the owner stays as it is");
        using var all = await api.PostAsync("/revoke-all", ann);
        (await all.JsonAsync()).GetProperty("revoked").GetInt32().Should().Be(1);
        (await api.StatusAsync(own.Text("secret"))).Should().Be(HttpStatusCode.Unauthorized);
        (await api.StatusAsync(other.Text("secret"))).Should().Be(HttpStatusCode.OK);
        (await api.StatusAsync(common.Text("secret"))).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task BoundCaller_SetsOrChangesAnOwner_IsForbidden()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var ann = (await api.CreateAsync(admin, new { name = "ann", type = "production", ownerId = "ann" })).Text("secret");
        var own = (await api.CreateAsync(ann, new { name = "mine", type = "ci" })).Text("id");

        (await api.PostAsync("", ann, new { name = "x", type = "ci", ownerId = "bob" })).StatusCode.Should()
            .Be(HttpStatusCode.Forbidden);
        (await api.PatchAsync(own, ann, new { ownerId = "bob" })).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await api.PatchAsync(own, ann, new { ownerId = (string?)null })).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await api.PostAsync("/revoke-all", ann, new { ownerId = "bob" })).StatusCode.Should().Be(HttpStatusCode.Forbidden);

        (await IdsAsync(api, admin, "?ownerId=ann")).Should().HaveCount(2);
        (await IdsAsync(api, admin, "?ownerId=bob")).Should().BeEmpty();
    }

    [Theory]
    [InlineData("GET", "/audit", null)]
    [InlineData("GET", "/usage", null)]
    [InlineData("GET", "/alerts", null)]
    [InlineData("POST", "/alerts/alr_1/acknowledge", null)]
    [InlineData("GET", "/webhooks", null)]
    [InlineData("GET", "/webhooks/whk_1", null)]
    [InlineData("DELETE", "/webhooks/whk_1", null)]
    [InlineData("POST", "/webhooks", """{"url":"https://example.com/"}""")]
    [InlineData("PUT", "/ip-allowlist", """{"enabled":false}""")]
    public async Task BoundCaller_AsksForWhatConcernsTheWholeWorkspace_IsForbidden(string method, string path, string? body)
    {
        await using var api = await ManagementApi.StartAsync();
        var bound = api.Issue(change: key => key with { OwnerId = "ann" }).Secret;

        using var response = await api.SendAsync(new HttpMethod(method), ManagementApi.Keys + path, bound, body);

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden, await response.TextAsync());
        response.Header("WWW-Authenticate").Should().BeNull("no permission would help");
    }

    [Fact]
    public async Task Rotate_AKeyWithOwner_KeepsTheOwner()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var created = await api.CreateAsync(admin, new { name = "x", type = "ci", ownerId = "ann" });

        using var rotated = await api.PostAsync($"/{created.Text("id")}/rotate", admin);

        (await rotated.JsonAsync()).Text("ownerId").Should().Be("ann");
    }

    [Fact]
    public async Task Revoke_CascadeByABoundCaller_StopsAtKeysOfOthers()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var parent = await api.CreateAsync(admin, new { name = "p", type = "production", ownerId = "ann" });
        var child = await api.CreateAsync(parent.Text("secret"), new { name = "c", type = "ci" });
        var given = await api.CreateAsync(parent.Text("secret"), new { name = "g", type = "ci" });
        (await api.PatchAsync(given.Text("id"), admin, new { ownerId = "bob" })).StatusCode.Should().Be(HttpStatusCode.OK);
        var ann = (await api.CreateAsync(admin, new { name = "ann", type = "production", ownerId = "ann" })).Text("secret");

        using var revoked = await api.PostAsync($"/{parent.Text("id")}/revoke", ann, new { cascade = true });

        revoked.StatusCode.Should().Be(HttpStatusCode.OK);
        (await api.StatusAsync(child.Text("secret"))).Should().Be(HttpStatusCode.Unauthorized);
        (await api.StatusAsync(given.Text("secret"))).Should().Be(HttpStatusCode.OK);
    }

    private static async Task<string[]> IdsAsync(TestApi api, string secret, string query = "")
        => [.. (await (await api.GetAsync(ManagementApi.Keys + query, secret)).JsonAsync())
            .GetProperty("items").EnumerateArray().Select(key => key.Text("id"))];
}
