using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json;

namespace HirePanda.ApiKeys.Tests;

public sealed class WorkspaceTests
{
    private const string Allowlist = ManagementApi.Keys + "/ip-allowlist";

    [Fact]
    public async Task Allowlist_NeverSet_IsDisabled()
    {
        await using var api = await ManagementApi.StartAsync();

        using var response = await api.GetAsync(Allowlist, api.Secret());

        (await response.TextAsync()).Should().Be("""{"enabled":false,"reportOnly":false,"networks":[]}""");
        response.Header("ETag").Should().Be("\"0\"");
    }

    [Fact]
    public async Task Allowlist_Enabled_HoldsForEveryKeyOfTheWorkspaceAtOnce()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var (_, listed) = api.Issue(
            new CreateApiKeyRequest { Name = "Listed", Type = ApiKeyTypes.Production, AllowedNetworks = ["10.0.0.0/9"] });
        var other = api.OtherWorkspace();
        (await FromAsync(api, secret, "192.0.2.1")).Should().Be(HttpStatusCode.OK);

        using var put = await PutAsync(
            api, secret, """{"enabled":true,"networks":["10.0.0.0/8","::ffff:192.0.2.7"]}""", "10.1.1.1");

        put.StatusCode.Should().Be(HttpStatusCode.OK);
        put.Header("ETag").Should().Be("\"1\"");
        (await put.TextAsync()).Should().Be("""{"enabled":true,"reportOnly":false,"networks":["10.0.0.0/8","192.0.2.7"]}""");
        (await FromAsync(api, secret, "192.0.2.1")).Should().Be(HttpStatusCode.Forbidden);
        (await FromAsync(api, secret, null)).Should().Be(HttpStatusCode.Forbidden, "a missing address is not on a list");
        (await FromAsync(api, secret, "192.0.2.7")).Should().Be(HttpStatusCode.OK);
        (await FromAsync(api, secret, "10.200.0.1")).Should().Be(HttpStatusCode.OK);
        (await FromAsync(api, listed, "10.200.0.1"))
            .Should().Be(HttpStatusCode.Forbidden, "the key's own list must admit it too");
        (await FromAsync(api, listed, "10.1.0.1")).Should().Be(HttpStatusCode.OK);
        (await FromAsync(api, other, "192.0.2.1")).Should().Be(HttpStatusCode.OK, "it is another workspace");
    }

    [Fact]
    public async Task Allowlist_EnabledAndEmpty_AdmitsNobody()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();

        using var refused = await PutAsync(api, secret, """{"enabled":true,"networks":[]}""", "10.1.1.1");
        using var forced = await PutAsync(api, secret, """{"enabled":true,"networks":[]}""", "10.1.1.1", "?force=true");

        refused.StatusCode.Should().Be(HttpStatusCode.Conflict);
        forced.StatusCode.Should().Be(HttpStatusCode.OK);
        (await FromAsync(api, secret, "10.1.1.1")).Should().Be(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("192.0.2.1", "", HttpStatusCode.Conflict)]
    [InlineData(null, "", HttpStatusCode.Conflict)]
    [InlineData("192.0.2.1", "?force=false", HttpStatusCode.Conflict)]
    [InlineData("192.0.2.1", "?force=true", HttpStatusCode.OK)]
    [InlineData("192.0.2.1", "?force=yes", HttpStatusCode.BadRequest)]
    [InlineData("10.0.0.1", "", HttpStatusCode.OK)]
    public async Task Allowlist_ThatLocksTheCallerOut_NeedsForce(string? address, string query, HttpStatusCode status)
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();

        using var put = await PutAsync(api, secret, """{"enabled":true,"networks":["10.0.0.0/8"]}""", address, query);

        put.StatusCode.Should().Be(status);
        (await FromAsync(api, secret, "192.0.2.9"))
            .Should().Be(status == HttpStatusCode.OK ? HttpStatusCode.Forbidden : HttpStatusCode.OK);
    }

    [Fact]
    public async Task Allowlist_ReportOnly_LetsPassAndSaysWhomItWouldHaveRefused()
    {
        var counted = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "HirePanda.ApiKeys" && instrument.Name == "hirepanda.api_keys.allowlist.reported")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref counted, (int)value));
        listener.Start();
        await using var api = await ManagementApi.StartAsync();
        var (key, secret) = api.Issue();
        using var put = await PutAsync(
            api, secret, """{"enabled":true,"reportOnly":true,"networks":["10.0.0.0/8"]}""", "192.0.2.1");
        put.StatusCode.Should().Be(HttpStatusCode.OK, "a report-only list locks nobody out");

        for (var i = 0; i < 3; i++)
        {
            (await FromAsync(api, secret, "192.0.2.1")).Should().Be(HttpStatusCode.OK);
        }

        (await FromAsync(api, secret, "10.0.0.1")).Should().Be(HttpStatusCode.OK);
        counted.Should().BeGreaterThanOrEqualTo(3);
        api.Logs.Ours.Should()
            .ContainSingle(entry => entry.Text.Contains("would have refused") && entry.Text.Contains("192.0.2.1"));
        JsonElement[] entries = [];
        while (entries.Length < 2)
        {
            entries = await AuditAsync(api, secret, "10.0.0.1");
        }

        var report = entries.Single(entry => entry.Text("action") == "allowlist.report");
        (report.Text("action"), report.Text("actor"), report.Text("keyId"), report.Text("address"))
            .Should().Be(("allowlist.report", key.Id, key.Id, "192.0.2.1"));
    }

    [Theory]
    [InlineData("{}", "enabled")]
    [InlineData("""{"enabled":"yes"}""", "enabled")]
    [InlineData("""{"enabled":null}""", "enabled")]
    [InlineData("""{"enabled":true,"networks":["10.0.0.0/8","10.0.0.8/8"]}""", "networks[1]")]
    [InlineData("""{"enabled":true,"networks":"10.0.0.0/8"}""", "networks")]
    [InlineData("""{"enabled":true,"mode":"x"}""", "mode")]
    public async Task Allowlist_BadBody_NamesTheFieldAndChangesNothing(string body, string field)
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();

        using var put = await PutAsync(api, secret, body, "10.0.0.1");

        put.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await put.FieldsAsync()).Should().Equal(field);
        (await AuditAsync(api, secret)).Should().BeEmpty();
    }

    [Fact]
    public async Task Allowlist_IfMatch_MustBeTheVersion()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();

        foreach (var (tag, status) in new[]
        {
            ("\"1\"", HttpStatusCode.PreconditionFailed),
            ("\"x\"", HttpStatusCode.PreconditionFailed),
            ("W/\"0\"", HttpStatusCode.PreconditionFailed),
            ("\"0\"", HttpStatusCode.OK),
            ("\"0\"", HttpStatusCode.PreconditionFailed),
            ("\"0\", \"2\"", HttpStatusCode.PreconditionFailed),
            ("\"0\", \"1\"", HttpStatusCode.OK),
            ("*", HttpStatusCode.OK),
        })
        {
            using var put = await api.SendAsync(HttpMethod.Put, Allowlist, secret, """{"enabled":false}""", change: request =>
                request.Headers.TryAddWithoutValidation("If-Match", tag));
            put.StatusCode.Should().Be(status);
        }
    }

    [Fact]
    public async Task Audit_EveryChangeAndRefusal_IsThereWithBeforeAndAfter()
    {
        await using var api = await ManagementApi.StartAsync();
        var (admin, secret) = api.Issue();
        var (manager, managerSecret) = api.Issue(
            new CreateApiKeyRequest { Name = "Manager", Type = ApiKeyTypes.Production, Permissions = ["keys:manage"] });
        var created = await api.CreateAsync(secret, new { name = "x", type = "ci" });
        api.Time.Advance(TimeSpan.FromSeconds(1));
        (await api.PatchAsync(created.Text("id"), secret, new { name = "y" })).Dispose();
        api.Time.Advance(TimeSpan.FromSeconds(1));
        (await api.PostAsync($"/{created.Text("id")}/rotate", secret)).Dispose();
        api.Time.Advance(TimeSpan.FromSeconds(1));
        (await api.PostAsync($"/{created.Text("id")}/revoke", secret, new { reason = "leaked" })).Dispose();
        api.Time.Advance(TimeSpan.FromSeconds(1));
        (await api.PostAsync($"/{created.Text("id")}/revoke", secret)).Dispose();
        (await api.PostAsync("", managerSecret, new { name = "z", type = "production" })).Dispose();
        api.Time.Advance(TimeSpan.FromSeconds(1));
        (await api.PostAsync($"/{admin.Id}/rotate", managerSecret)).Dispose();
        api.Time.Advance(TimeSpan.FromSeconds(1));
        (await api.PatchAsync(admin.Id, managerSecret, new { name = "mine" })).Dispose();
        api.Time.Advance(TimeSpan.FromSeconds(1));
        using var put = await PutAsync(api, secret, """{"enabled":true,"networks":["10.0.0.0/8"]}""", "10.0.0.1");

        var entries = (await AuditAsync(api, secret, "10.0.0.1")).Reverse().ToList();

        entries.Select(entry => entry.Text("action")).Where(entry => entry != "key.create").Should().Equal(
            "key.update", "key.rotate", "key.revoke", "key.create.refused", "key.rotate.refused", "key.update.refused",
            "allowlist.update");
        entries.Should().HaveCount(9);
        entries.Select(entry => entry.Text("actor")).Distinct().Should().BeEquivalentTo(admin.Id, manager.Id);
        var updated = entries.Single(entry => entry.Text("action") == "key.update");
        updated.Text("keyId").Should().Be(created.Text("id"));
        updated.GetProperty("before").Text("name").Should().Be("x");
        updated.GetProperty("after").Text("name").Should().Be("y");
        updated.Text("at").Should().Be("2026-11-24T12:00:01Z");
        entries[0].GetProperty("before").ValueKind.Should().Be(JsonValueKind.Null);
        entries.Single(entry => entry.Text("action") == "key.revoke").GetProperty("after").Text("revokedReason")
            .Should().Be("leaked");
        var refused = entries.Single(entry => entry.Text("action") == "key.create.refused");
        refused.GetProperty("keyId").ValueKind.Should().Be(JsonValueKind.Null);
        refused.GetProperty("after").Text("tier").Should().Be("admin");
        entries[^1].Text("address").Should().Be("10.0.0.1");
        entries.Should().NotContain(entry => entry.GetRawText().Contains("secret", StringComparison.OrdinalIgnoreCase)
            || entry.GetRawText().Contains("hash", StringComparison.OrdinalIgnoreCase)
            || entry.GetRawText().Contains(created.Text("secret")));
    }

    [Fact]
    public async Task Audit_OfAnotherWorkspace_IsNotShown()
    {
        await using var api = await ManagementApi.StartAsync();
        await api.CreateAsync(api.Secret(), new { name = "x", type = "ci" });

        (await AuditAsync(api, api.OtherWorkspace())).Should().BeEmpty();
    }

    [Fact]
    public async Task Audit_ManyEntries_PagesThroughEachOnce()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        for (var i = 0; i < 20; i++)
        {
            await api.CreateAsync(secret, new { name = $"key {i}", type = "ci" });
        }

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            using var response = await api.GetAsync(
                $"{ManagementApi.Keys}/audit?limit=6{(cursor is null ? "" : $"&cursor={cursor}")}", secret);
            var page = await response.JsonAsync();
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(entry => entry.Text("id")));
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);

        seen.Should().OnlyHaveUniqueItems().And.HaveCount(20);
    }

    [Fact]
    public async Task RevokeAll_OfAWorkspace_LeavesTheCallersKeyAlone()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var others = Enumerable.Range(0, 30).Select(_ => api.Secret("read")).ToList();
        var foreign = api.OtherWorkspace();
        (await api.StatusAsync(others[0])).Should().Be(HttpStatusCode.OK);

        using var first = await api.PostAsync("/revoke-all", secret, new { reason = "incident" });
        using var second = await api.PostAsync("/revoke-all", secret);

        (await first.TextAsync()).Should().Be("""{"revoked":30}""");
        (await second.TextAsync()).Should().Be("""{"revoked":0}""");
        foreach (var other in others)
        {
            (await api.StatusAsync(other)).Should().Be(HttpStatusCode.Unauthorized);
        }

        (await api.StatusAsync(secret)).Should().Be(HttpStatusCode.OK);
        (await api.StatusAsync(foreign)).Should().Be(HttpStatusCode.OK);
    }

    private static async Task<HttpStatusCode> FromAsync(TestApi api, string secret, string? address)
    {
        using var response = await api.GetAsync("/open", secret, address);
        return await response.TextAsync() == "nobody" ? HttpStatusCode.Forbidden : response.StatusCode;
    }

    private static Task<HttpResponseMessage> PutAsync(TestApi api, string secret, string body, string? address, string query = "")
        => api.SendAsync(HttpMethod.Put, Allowlist + query, secret, body, address);

    private static async Task<JsonElement[]> AuditAsync(TestApi api, string secret, string? address = null)
    {
        using var response = await api.GetAsync(ManagementApi.Keys + "/audit", secret, address);
        return [.. (await response.JsonAsync()).GetProperty("items").EnumerateArray()];
    }
}
