using System.Net;
using System.Text.Json;

namespace HirePanda.ApiKeys.Tests;

public sealed class UpdateTests
{
    [Fact]
    public async Task Patch_SomeMembers_ChangesThoseAndClearsNulls()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var created = await api.CreateAsync(secret, """
            {"name":"x","type":"ci","tier":"write","permissions":["billing:read"],"expiresInSeconds":3600,
             "allowedNetworks":["10.0.0.0/8"],"rateLimits":[{"permits":5,"windowSeconds":60}],
             "metadata":{"keep":1,"drop":2,"deep":{"a":1,"b":2}}}
            """);
        var id = created.Text("id");

        using var named = await api.PatchAsync(
            id, secret, """{"name":"y","metadata":{"drop":null,"deep":{"b":null,"c":[null]},"new":"z"}}""");
        using var cleared = await api.PatchAsync(
            id,
            secret,
            """{"tier":null,"permissions":null,"expiresAt":null,"allowedNetworks":null,"rateLimits":null,"metadata":null}""");

        named.StatusCode.Should().Be(HttpStatusCode.OK);
        named.Header("ETag").Should().Be("\"2\"");
        var first = await named.JsonAsync();
        first.Text("name").Should().Be("y");
        first.Text("tier").Should().Be("write");
        first.GetProperty("rateLimits").GetRawText().Should().Be("""[{"permits":5,"windowSeconds":60}]""");
        JsonElement.DeepEquals(
            first.GetProperty("metadata"), JsonDocument.Parse("""{"keep":1,"deep":{"a":1,"c":[null]},"new":"z"}""")
                .RootElement).Should().BeTrue();
        var second = await cleared.JsonAsync();
        foreach (var name in new[] { "tier", "expiresAt", "metadata" })
        {
            second.GetProperty(name).ValueKind.Should().Be(JsonValueKind.Null);
        }

        foreach (var name in new[] { "permissions", "allowedNetworks", "rateLimits" })
        {
            second.GetProperty(name).GetRawText().Should().Be("[]");
        }

        second.GetProperty("version").GetInt64().Should().Be(3);
    }

    [Fact]
    public async Task Patch_GrantsNetworksAndLimits_HoldForTheNextRequest()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var created = await api.CreateAsync(secret, new { name = "x", type = "ci" });
        var (id, key) = (created.Text("id"), created.Text("secret"));
        (await api.StatusAsync(key)).Should().Be(HttpStatusCode.OK);

        (await api.PatchAsync(id, secret, """{"tier":null}""")).Dispose();
        (await api.StatusAsync(key)).Should().Be(HttpStatusCode.Forbidden);

        (await api.PatchAsync(id, secret, """{"tier":"read","rateLimits":[{"permits":1,"windowSeconds":60}]}""")).Dispose();
        (await api.StatusAsync(key)).Should().Be(HttpStatusCode.OK);
        (await api.StatusAsync(key)).Should().Be(HttpStatusCode.TooManyRequests);

        (await api.PatchAsync(id, secret, """{"rateLimits":[{"permits":100,"windowSeconds":60}]}""")).Dispose();
        (await api.StatusAsync(key)).Should().Be(HttpStatusCode.OK);

        (await api.PatchAsync(id, secret, """{"allowedNetworks":["10.0.0.0/8"]}""")).Dispose();
        using var refused = await api.GetAsync("/read", key, "192.0.2.1");
        using var admitted = await api.GetAsync("/read", key, "10.1.2.3");
        refused.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        admitted.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("""{"name":null}""", "name")]
    [InlineData("""{"name":""}""", "name")]
    [InlineData("""{"type":"ci"}""", "type")]
    [InlineData("""{"expiresInSeconds":5}""", "expiresInSeconds")]
    [InlineData("""{"version":5}""", "version")]
    [InlineData("""{"tier":"nope"}""", "tier")]
    [InlineData("""{"permissions":["nope"]}""", "permissions[0]")]
    [InlineData("""{"allowedNetworks":["nope"]}""", "allowedNetworks[0]")]
    [InlineData("""{"rateLimits":[{"permits":1}]}""", "rateLimits[0].windowSeconds")]
    [InlineData("""{"expiresAt":"2020-01-01T00:00:00Z"}""", "expiresAt")]
    [InlineData("""{"metadata":"x"}""", "metadata")]
    public async Task Patch_BadMember_NamesItAndChangesNothing(string body, string field)
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var created = await api.CreateAsync(secret, new { name = "x", type = "ci" });

        using var response = await api.PatchAsync(created.Text("id"), secret, body);

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.FieldsAsync()).Should().Equal(field);
        using var got = await api.GetAsync($"{ManagementApi.Keys}/{created.Text("id")}", secret);
        got.Header("ETag").Should().Be("\"1\"");
    }

    [Theory]
    [InlineData("\"1\"", HttpStatusCode.OK)]
    [InlineData("*", HttpStatusCode.OK)]
    [InlineData("\"2\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("W/\"1\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("\"x\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("1", HttpStatusCode.PreconditionFailed)]
    [InlineData("\"01\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("w/\"1\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("\"7\", \"1\"", HttpStatusCode.OK)]
    [InlineData("\"1\",W/\"1\",\"x\"", HttpStatusCode.OK)]
    [InlineData("\"a,b\" , , \"1\",", HttpStatusCode.OK)]
    [InlineData("\"2\", \"3\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("W/\"1\", \"2\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("\"x,1\", \"2\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("1, \"1\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("\"1\", *", HttpStatusCode.PreconditionFailed)]
    public async Task Patch_IfMatch_MustBeTheVersion(string ifMatch, HttpStatusCode status)
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var created = await api.CreateAsync(secret, new { name = "x", type = "ci" });

        using var response = await api.PatchAsync(created.Text("id"), secret, new { name = "y" }, ifMatch);

        response.StatusCode.Should().Be(status);
        if (status == HttpStatusCode.PreconditionFailed)
        {
            (await response.CodeAsync()).Should().Be("precondition_failed");
        }
    }

    [Theory]
    [InlineData("PATCH", "")]
    [InlineData("POST", "/rotate")]
    [InlineData("POST", "/revoke")]
    public async Task Change_IfMatchWithSeveralTags_NeedsTheVersionAmongThem(string method, string call)
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var created = await api.CreateAsync(secret, new { name = "x", type = "ci" });

        using var refused = await ChangeAsync("\"2\"", "\"3\"");
        using var changed = await ChangeAsync("\"9\", \"8\"", "\"1\"");

        refused.StatusCode.Should().Be(HttpStatusCode.PreconditionFailed);
        changed.IsSuccessStatusCode.Should().BeTrue(await changed.TextAsync());

        Task<HttpResponseMessage> ChangeAsync(params string[] lines)
            => api.SendAsync(
                new HttpMethod(method), $"{ManagementApi.Keys}/{created.Text("id")}{call}", secret, "{}", change: request =>
                request.Headers.TryAddWithoutValidation("If-Match", lines));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PatchAndRotate_RevokedOrExpiredKey_IsAConflict(bool revoked)
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var (key, _) = api.Issue(
            change: key => revoked ? key with { RevokedAt = TestApi.Start } : key with { ExpiresAt = TestApi.Start });

        using var patched = await api.PatchAsync(key.Id, secret, new { name = "y" });
        using var rotated = await api.PostAsync($"/{key.Id}/rotate", secret);

        patched.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await patched.CodeAsync()).Should().Be("conflict");
        rotated.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await rotated.TextAsync()).Should().Contain(revoked ? "revoked" : "expired");
    }

    [Fact]
    public async Task Patch_TwoAtOnce_LosesNeither()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var created = await api.CreateAsync(secret, new { name = "x", type = "ci" });

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 20)
                .Select(i => Task.Run(() => api.PatchAsync(created.Text("id"), secret, new { name = $"name {i}" }))));

        var changed = answers.Count(answer => answer.StatusCode == HttpStatusCode.OK);
        answers.Should()
            .OnlyContain(answer => answer.StatusCode == HttpStatusCode.OK || answer.StatusCode == HttpStatusCode.Conflict);
        using var got = await api.GetAsync($"{ManagementApi.Keys}/{created.Text("id")}", secret);
        (await got.JsonAsync()).GetProperty("version").GetInt64().Should().Be(1 + changed);
    }

    [Theory]
    [InlineData("""{"tier":"write"}""", "permissions")]
    [InlineData("""{"permissions":["keys:manage","jobs:write"]}""", null)]
    [InlineData("""{"allowedNetworks":null}""", "networks")]
    [InlineData("""{"allowedNetworks":["10.0.0.0/7"]}""", "networks")]
    [InlineData("""{"allowedNetworks":["10.0.0.0/9","192.0.2.1"]}""", "networks")]
    [InlineData("""{"expiresAt":null}""", "expiry")]
    [InlineData("""{"expiresAt":"2026-11-24T13:00:01Z"}""", "expiry")]
    [InlineData("""{"rateLimits":null}""", "limits")]
    [InlineData("""{"rateLimits":[{"permits":11,"windowSeconds":60}]}""", "limits")]
    [InlineData("""{"rateLimits":[{"permits":5,"windowSeconds":1}]}""", "limits")]
    public async Task Patch_AKeyLoosensItself_IsForbidden(string body, string? what)
    {
        await using var api = await ManagementApi.StartAsync();
        var (key, secret) = api.Issue(Restricted());

        using var response = await api.SendAsync(
            HttpMethod.Patch, $"{ManagementApi.Keys}/{key.Id}", secret, body, address: "10.0.0.1");

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await response.CodeAsync()).Should().Be("forbidden");
        (await response.TextAsync()).Should().Contain(what ?? "jobs:write");
    }

    [Fact]
    public async Task Patch_AKeyLoosensTheOneThatReplacesIt_IsForbidden()
    {
        await using var api = await ManagementApi.StartAsync();
        var (key, secret) = api.Issue(Restricted());
        using var rotated = await api.SendAsync(
            HttpMethod.Post, $"{ManagementApi.Keys}/{key.Id}/rotate", secret, address: "10.0.0.1");
        var replacement = (await rotated.JsonAsync()).Text("id");

        using var response = await api.SendAsync(
            HttpMethod.Patch, $"{ManagementApi.Keys}/{replacement}", secret, """{"allowedNetworks":null}""", address: "10.0.0.1");

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden, "both belong to the same owner");
    }

    [Fact]
    public async Task Patch_AKeyLoosensOneTwoRotationsAway_IsForbidden()
    {
        await using var api = await ManagementApi.StartAsync();
        var (key, secret) = api.Issue(Restricted());
        var id = key.Id;
        for (var i = 0; i < 2; i++)
        {
            using var rotated = await api.SendAsync(
                HttpMethod.Post, $"{ManagementApi.Keys}/{id}/rotate", secret, address: "10.0.0.1");
            id = (await rotated.JsonAsync()).Text("id");
        }

        using var response = await api.SendAsync(
            HttpMethod.Patch, $"{ManagementApi.Keys}/{id}", secret, """{"expiresAt":null}""", address: "10.0.0.1");

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Patch_LimitsThereAndBack_GivesNoSecondQuota()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var created = await api.CreateAsync(
            secret, """{"name":"x","type":"ci","rateLimits":[{"permits":1,"windowSeconds":3600}]}""");
        (await api.StatusAsync(created.Text("secret"))).Should().Be(HttpStatusCode.OK);

        foreach (var permits in new[] { 2, 1 })
        {
            var body = $$"""{"rateLimits":[{"permits":{{permits}},"windowSeconds":3600}]}""";
            (await api.PatchAsync(created.Text("id"), secret, body)).Dispose();
        }

        (await api.StatusAsync(created.Text("secret"))).Should().Be(HttpStatusCode.TooManyRequests);
    }

    [Theory]
    [InlineData("""{"name":"y"}""")]
    [InlineData("""{"allowedNetworks":["10.0.0.0/9"]}""")]
    [InlineData("""{"allowedNetworks":["10.0.0.0/9","10.128.0.0/9"]}""")]
    [InlineData("""{"expiresAt":"2026-11-24T12:30:00Z"}""")]
    [InlineData("""{"rateLimits":[{"permits":10,"windowSeconds":60},{"permits":100,"windowSeconds":3600}]}""")]
    [InlineData("""{"rateLimits":[{"permits":5,"windowSeconds":30}]}""")]
    [InlineData("""{"permissions":[]}""")]
    public async Task Patch_AKeyTightensItself_IsAllowed(string body)
    {
        await using var api = await ManagementApi.StartAsync();
        var (key, secret) = api.Issue(Restricted());

        using var response = await api.SendAsync(
            HttpMethod.Patch, $"{ManagementApi.Keys}/{key.Id}", secret, body, address: "10.0.0.1");

        response.StatusCode.Should().Be(HttpStatusCode.OK, await response.TextAsync());
    }

    [Fact]
    public async Task Patch_AKeyThatHoldsMoreThanTheCaller_IsForbidden()
    {
        await using var api = await ManagementApi.StartAsync();
        var (admin, _) = api.Issue();
        var (_, manager) = api.Issue(
            new CreateApiKeyRequest { Name = "Manager", Type = ApiKeyTypes.Production, Permissions = ["keys:manage"] });

        using var patched = await api.PatchAsync(admin.Id, manager, new { allowedNetworks = Array.Empty<string>() });
        using var rotated = await api.PostAsync($"/{admin.Id}/rotate", manager);
        using var revoked = await api.PostAsync($"/{admin.Id}/revoke", manager);

        patched.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        rotated.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await rotated.TextAsync()).Should().NotContain("secret");
        revoked.StatusCode.Should().Be(HttpStatusCode.OK, "it may revoke any key of its workspace");
    }

    private static CreateApiKeyRequest Restricted() => new()
    {
        Name = "Restricted",
        Type = ApiKeyTypes.Production,
        Tier = "read",
        Permissions = ["keys:manage"],
        AllowedNetworks = ["10.0.0.0/8"],
        ExpiresAt = TestApi.Start.AddHours(1),
        RateLimits = [new RateLimit(10, TimeSpan.FromSeconds(60))],
    };
}
