using System.Net;

namespace HirePanda.ApiKeys.Tests;

/// <summary>A key, a JWT, and a cookie get the same answers.</summary>
public sealed class CredentialTableTests
{
    private const string Unauthorized =
        """{"error":{"code":"unauthorized","message":"Invalid or missing API key","status":401}}""";
    private const string NotAllowed =
        """{"error":{"code":"forbidden","message":"IP address is not on the allowlist","status":403}}""";

    private static readonly string[] _tiers = ["read", "write", "admin"];

    public static TheoryData<string> Kinds => ["key", "jwt", "cookie"];

    public static MatrixTheoryData<string, string> KindsAndTiers => new(["key", "jwt", "cookie"], ["none", .. _tiers]);

    [Theory]
    [MemberData(nameof(KindsAndTiers))]
    public async Task Call_CredentialWithATier_MeetsTheTiersUpToItsOwn(string kind, string tier)
    {
        await using var api = await CredentialsApi.StartAsync();
        var credential = await api.CredentialAsync(kind, tier == "none" ? null : tier);

        foreach (var required in _tiers)
        {
            using var response = await api.CallAsync(
                $"/{required}", credential, required == "write" ? HttpMethod.Post : HttpMethod.Get);
            if (Array.IndexOf(_tiers, tier) >= Array.IndexOf(_tiers, required))
            {
                response.StatusCode.Should().Be(HttpStatusCode.OK);
                response.Header("RateLimit").Should().StartWith("\"default\";r=");
                response.Header("WWW-Authenticate").Should().BeNull();
                continue;
            }

            response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
            response.Header("WWW-Authenticate").Should().Be($"Bearer error=\"insufficient_scope\", scope=\"{required}\"");
            response.Header("Location").Should().BeNull();
            var caller = kind == "key" ? "API key" : "credential";
            var message = $"Insufficient permissions: this {caller} lacks {required}";
            (await response.TextAsync()).Should().Be(
                $$$"""{"error":{"code":"forbidden","message":"{{{message}}}","status":403}}""");
        }
    }

    [Theory]
    [InlineData("none", "Bearer")]
    [InlineData("cookie", "Bearer")]
    [InlineData("key", "Bearer error=\"invalid_token\"")]
    [InlineData("jwt", "Bearer error=\"invalid_token\"")]
    public async Task Call_CredentialThatWasTamperedWith_IsUnauthorized(string kind, string challenge)
    {
        await using var api = await CredentialsApi.StartAsync();
        var (token, cookie) = kind == "none" ? new Credentials(null, null) : await api.CredentialAsync(kind, "admin");
        var tampered = new Credentials(Tamper(token), Tamper(cookie));

        using var response = await api.CallAsync("/read", tampered);

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        response.Header("WWW-Authenticate").Should().Be(challenge);
        response.Header("Location").Should().BeNull();
        response.Header("Content-Type").Should().Be("application/json");
        (await response.TextAsync()).Should().Be(Unauthorized);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Call_LimitUsedUp_IsTooManyRequestsForThisClientOnly(string kind)
    {
        await using var api = await CredentialsApi.StartAsync(
            options => options.DefaultRateLimit = new RateLimit(2, TimeSpan.FromSeconds(60)));
        var credential = await api.CredentialAsync(kind, "read");
        (await api.CallAsync("/read", credential)).Dispose();
        (await api.CallAsync("/read", credential)).Dispose();

        using var limited = await api.CallAsync("/read", credential);
        using var other = await api.CallAsync(
            "/read", new(CredentialsApi.Jwt("read", token => token.Claims["client_id"] = "app_2"), null));
        api.Time.Advance(TimeSpan.FromSeconds(30));
        using var later = await api.CallAsync("/read", credential);

        limited.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        limited.Header("Retry-After").Should().Be("30");
        limited.Header("RateLimit-Policy").Should().Be("\"default\";q=2;w=60");
        limited.Header("RateLimit").Should().Be("\"default\";r=0;t=30");
        limited.Header("WWW-Authenticate").Should().BeNull();
        (await limited.TextAsync()).Should().Be(
            """{"error":{"code":"rate_limited","message":"Too many requests","status":429}}""");
        other.StatusCode.Should().Be(HttpStatusCode.OK);
        later.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Call_AllowlistOfTheWorkspace_AppliesAtOnceAndUsesNoQuota(string kind)
    {
        await using var api = await CredentialsApi.StartAsync();
        var credential = await api.CredentialAsync(kind, "admin");
        (await api.CallAsync("/read", credential, address: "198.51.100.1")).Dispose();

        using var changed = await api.CallAsync(
            "/keys/ip-allowlist",
            credential,
            HttpMethod.Put,
            new { enabled = true, reportOnly = false, networks = new[] { "10.0.0.0/8" } },
            "10.1.2.3");
        using var refused = await api.CallAsync("/read", credential, address: "198.51.100.1");
        using var admitted = await api.CallAsync("/read", credential, address: "10.1.2.3");

        changed.StatusCode.Should().Be(HttpStatusCode.OK, await changed.TextAsync());
        refused.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        refused.Header("WWW-Authenticate").Should().BeNull();
        refused.Header("RateLimit").Should().BeNull();
        (await refused.TextAsync()).Should().Be(NotAllowed);
        admitted.StatusCode.Should().Be(HttpStatusCode.OK);
        admitted.Header("RateLimit").Should().StartWith("\"default\";r=996;");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Call_ReportOnlyAllowlist_AdmitsAndReportsTheClient(string kind)
    {
        await using var api = await CredentialsApi.StartAsync();
        var workspace = new ApiKeyWorkspace
        {
            Id = TestApi.Workspace,
            IsAllowlistEnabled = true,
            IsAllowlistReportOnly = true,
            AllowedNetworks = ["10.0.0.0/8"],
        };
        await api.Store.SaveAsync(new ApiKeyChangeSet { Workspace = workspace }, TestContext.Current.CancellationToken);
        var credential = await api.CredentialAsync(kind, "read");

        using var response = await api.CallAsync("/read", credential, address: "198.51.100.1");

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        api.Logs.Ours.Select(entry => entry.Text).Should().ContainSingle(text => text.Contains("would have refused"))
            .Which.Should().Contain(kind switch { "key" => "key_", "jwt" => CredentialsApi.Client, _ => "ada" });
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Usage_RequestsOfACredential_AreCountedUnderItsClient(string kind)
    {
        await using var api = await CredentialsApi.StartAsync();
        var admin = api.Secret();
        var credential = await api.CredentialAsync(kind, "read");
        (await api.CallAsync("/read", credential)).Dispose();
        (await api.CallAsync("/admin", credential)).Dispose();
        await api.QuietAsync();

        using var all = await api.GetAsync("/keys/usage", admin);
        var id = (await all.JsonAsync()).GetProperty("byKey")[0].GetProperty("keyId").GetString()!;
        await api.QuietAsync();
        using var one = await api.GetAsync($"/keys/usage?keyId={id}", admin);
        using var none = await api.GetAsync("/keys/usage?keyId=nobody", admin);

        id.Should().Match(kind switch { "key" => "key_*", "jwt" => CredentialsApi.Client, _ => "ada" });
        var totals = (await one.JsonAsync()).GetProperty("totals");
        totals.GetProperty("requests").GetInt64().Should().Be(2);
        totals.GetProperty("errors").GetInt64().Should().Be(1);
        none.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Management_CredentialThatManagesKeys_ManagesThoseOfItsWorkspaceWithinItsRights(string kind)
    {
        await using var api = await CredentialsApi.StartAsync();
        var admin = await api.CredentialAsync(kind, "admin");
        var writer = await api.CredentialAsync(kind, "write");

        using var created = await api.CallAsync(
            "/keys", admin, HttpMethod.Post, new { name = "New", type = "ci", tier = "read" });
        using var refused = await api.CallAsync("/keys", writer, HttpMethod.Post, new { name = "New", type = "ci" });
        using var list = await api.GetAsync("/keys", api.OtherWorkspace());

        created.StatusCode.Should().Be(HttpStatusCode.Created, await created.TextAsync());
        (await api.StatusAsync((await created.JsonAsync()).GetProperty("secret").GetString()!)).Should().Be(HttpStatusCode.OK);
        refused.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await list.JsonAsync()).GetProperty("items").EnumerateArray().Should().ContainSingle();
        var audit = await api.Store.ListAuditAsync(TestApi.Workspace, null, 10, TestContext.Current.CancellationToken);
        audit.Select(entry => entry.Action).Should().BeEquivalentTo(["key.create", "key.create.refused"]);
    }

    private static string? Tamper(string? credential)
    {
        if (credential is null)
        {
            return null;
        }

        var index = credential.Length - 10;
        return $"{credential[..index]}{(credential[index] == 'A' ? 'B' : 'A')}{credential[(index + 1)..]}";
    }
}
