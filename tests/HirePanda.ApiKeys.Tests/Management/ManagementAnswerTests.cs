using System.Net;

namespace HirePanda.ApiKeys.Tests;

/// <summary>What all answers of management have in common, and input that a lenient parser would let in.</summary>
public sealed class ManagementAnswerTests
{
    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/me")]
    [InlineData("GET", "/audit")]
    [InlineData("GET", "/usage")]
    [InlineData("GET", "/ip-allowlist")]
    [InlineData("GET", "/key_nobody's")]
    [InlineData("GET", "?limit=0")]
    [InlineData("POST", "")]
    [InlineData("DELETE", "/webhooks/x")]
    public async Task Answers_OfEveryKind_AreStoredByNobody(string method, string path)
    {
        await using var api = await ManagementApi.StartAsync();

        foreach (var secret in new[] { api.Secret(), api.Secret("read"), api.UnknownSecret(), null })
        {
            using var response = await api.SendAsync(new HttpMethod(method), ManagementApi.Keys + path, secret);
            response.Header("Cache-Control").Should().Be("no-store", $"{response.StatusCode}");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("/me")]
    [InlineData("/usage")]
    [InlineData("/ip-allowlist")]
    [InlineData("/{id}")]
    public async Task Head_WhereThereIsAGet_AnswersItsHeaders(string path)
    {
        await using var api = await ManagementApi.StartAsync();
        var (key, secret) = api.Issue();
        path = ManagementApi.Keys + path.Replace("{id}", key.Id);

        using var get = await api.GetAsync(path, secret);
        using var head = await api.SendAsync(HttpMethod.Head, path, secret);

        head.StatusCode.Should().Be(HttpStatusCode.OK);
        head.Header("ETag").Should().Be(get.Header("ETag"));
        (await head.TextAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("GET", "", 1)]
    [InlineData("GET", "/me", 1)]
    [InlineData("GET", "/usage", 5)]
    [InlineData("GET", "/audit", 5)]
    [InlineData("POST", "", 2)]
    [InlineData("PUT", "/ip-allowlist", 2)]
    [InlineData("POST", "/webhooks", 10)]
    [InlineData("POST", "/revoke-all", 10)]
    public async Task Calls_ThatWriteOrReport_CostMore(string method, string path, int cost)
    {
        await using var api = await ManagementApi.StartAsync();

        using var response = await api.SendAsync(new HttpMethod(method), ManagementApi.Keys + path, api.Secret());

        response.Header("RateLimit").Should().StartWith($"\"default\";r={1000 - cost};");
    }

    [Theory]
    [InlineData("""{"name":"a\u2028b","type":"ci"}""", "name")]
    [InlineData("""{"name":"a\u2029b","type":"ci"}""", "name")]
    [InlineData("""{"name":"a\u202Eb","type":"ci"}""", "name")]
    [InlineData("""{"name":"a\u2066b","type":"ci"}""", "name")]
    [InlineData("""{"name":"a\u200Fb","type":"ci"}""", "name")]
    [InlineData("""{"name":"a\u061Cb","type":"ci"}""", "name")]
    [InlineData("""{"name":"a","type":"ci","allowedNetworks":["10.0.0.0/8\u0000"]}""", "allowedNetworks[0]")]
    [InlineData("""{"name":"a","type":"ci","allowedNetworks":["10.0.0\u0000.0/8"]}""", "allowedNetworks[0]")]
    [InlineData("""{"name":"a","type":"ci","allowedNetworks":["10.0.0.1\u0000"]}""", "allowedNetworks[0]")]
    [InlineData("""{"name":"a","type":"ci","allowedNetworks":["2001:db8::/32\u0000"]}""", "allowedNetworks[0]")]
    [InlineData("""{"name":"a","type":"ci","allowedNetworks":["::ffff:10.0.0.1\u0000"]}""", "allowedNetworks[0]")]
    [InlineData("""{"name":"a","type":"ci\u0000"}""", "type")]
    [InlineData("""{"name":"a","type":"ci","tier":"read\u0000"}""", "tier")]
    [InlineData("""{"name":"a","type":"ci","permissions":["jobs:read\u0000"]}""", "permissions[0]")]
    [InlineData("""{"name":"a","type":"ci","expiresAt":"2030-01-01T00:00:00Z\u0000"}""", "expiresAt")]
    public async Task Create_CharactersThatNobodySees_AreRefused(string body, string field)
    {
        await using var api = await ManagementApi.StartAsync();

        using var response = await api.PostAsync("", api.Secret(), body);

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.FieldsAsync()).Should().Equal(field);
    }

    [Theory]
    [InlineData("?limit=5%00")]
    [InlineData("?limit=5%20")]
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
            HttpMethod.Put, ManagementApi.Keys + "/ip-allowlist?force=true%00", api.Secret(), new { enabled = true, networks = Array.Empty<string>() });

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.FieldsAsync()).Should().Equal("force");
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

    [Fact]
    public async Task Patch_ManyAtOnceWithOnePrecondition_OneWinsAndTheOthersFailIt()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var id = (await api.CreateAsync(secret, new { name = "x", type = "ci" })).Text("id");
        using var all = new Barrier(2);
        api.Store.BeforeSave = change =>
        {
            if (change.Updated.Count > 0)
            {
                all.SignalAndWait(TimeSpan.FromSeconds(30)).Should().BeTrue("both have read the same version");
            }
        };

        var answers = await Task.WhenAll(Enumerable.Range(0, 2).Select(i => Task.Run(() => api.PatchAsync(id, secret, new { name = $"{i}" }, "\"1\""))));

        answers.Select(answer => answer.StatusCode).Should().BeEquivalentTo([HttpStatusCode.OK, HttpStatusCode.PreconditionFailed]);
    }

    [Fact]
    public async Task Errors_ThatNameAPlus_LeaveItReadable()
    {
        await using var api = await ManagementApi.StartAsync();

        using var response = await api.PostAsync("", api.Secret(), """{"name":"x","type":"ci","c++":1}""");

        (await response.TextAsync()).Should().Contain("\"c++\"");
    }

    [Theory]
    [InlineData("GET", "", "key.read.refused")]
    [InlineData("PATCH", "", "key.update.refused")]
    [InlineData("POST", "/rotate", "key.rotate.refused")]
    [InlineData("POST", "/revoke", "key.revoke.refused")]
    public async Task Calls_AboutAnotherWorkspacesKey_AreNotFoundAndAudited(string method, string path, string action)
    {
        await using var api = await ManagementApi.StartAsync();
        var (foreign, _) = api.Issue();
        var other = api.OtherWorkspace();

        using var response = await api.SendAsync(new HttpMethod(method), $"{ManagementApi.Keys}/{foreign.Id}{path}", other, method == "GET" ? null : "{}");

        response.StatusCode.Should().Be(HttpStatusCode.NotFound);
        var entry = (await api.ItemsAsync(ManagementApi.Keys + "/audit", other)).Should().ContainSingle().Which;
        entry.Text("action").Should().Be(action);
        entry.Text("keyId").Should().Be(foreign.Id);
        (await api.ItemsAsync(ManagementApi.Keys + "/audit", api.Secret())).Should().BeEmpty("the attempt belongs to the workspace that made it");
    }
}
