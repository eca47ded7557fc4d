namespace HirePanda.Api.Tests;

/// <summary>
/// Every credential of the sample under the same policies: a key, a token of its own server, a JWT of another issuer, and the
/// session cookie, which only reads.
/// </summary>
public sealed class CredentialTableTests(CredentialTableTests.Fixture fixture) : IClassFixture<CredentialTableTests.Fixture>
{
    private const string Jobs = "/api/v1/jobs";
    private const string Keys = "/api/v1/api-keys";
    private const string Metadata = "resource_metadata=\"http://localhost/.well-known/oauth-protected-resource\"";

    private static readonly string[] _credentials = ["key", "token", "jwt", "cookie"];

    /// <summary>Gets the credential, its tier, the method, the path, the status, and what the challenge says.</summary>
    public static TheoryData<string, string, string, string, int, string?> Table
    {
        get
        {
            var table = new TheoryData<string, string, string, string, int, string?>();
            foreach (var credential in _credentials[..3])
            {
                table.Add(credential, "read", "GET", Jobs, 200, null);
                table.Add(credential, "read", "POST", Jobs, 403, Lacks("jobs:write"));
                table.Add(credential, "read", "GET", Keys, 403, Lacks("keys:manage"));
                table.Add(credential, "write", "GET", Jobs, 200, null);
                table.Add(credential, "write", "POST", Jobs, 201, null);
                table.Add(credential, "write", "GET", Keys, 403, Lacks("keys:manage"));
                table.Add(credential, "admin", "GET", Jobs, 200, null);
                table.Add(credential, "admin", "POST", Jobs, 201, null);
                table.Add(credential, "admin", "GET", Keys, 200, null);
                table.Add(credential, "broken", "GET", Jobs, 401, $"Bearer error=\"invalid_token\", {Metadata}");
            }

            table.Add("cookie", "admin", "GET", Jobs, 200, null);
            table.Add("cookie", "admin", "POST", Jobs, 401, $"Bearer {Metadata}");
            table.Add("cookie", "admin", "GET", Keys, 200, null);
            table.Add("cookie", "broken", "GET", Jobs, 401, $"Bearer {Metadata}");
            table.Add("none", "none", "GET", Jobs, 401, $"Bearer {Metadata}");
            return table;
        }
    }

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Call(string credential, string tier, string method, string path, int status, string? challenge)
    {
        using var response = await fixture.Credentials.CallAsync(credential, tier, method, path);

        ((int)response.StatusCode).Should().Be(status, await response.TextAsync());
        response.Header("WWW-Authenticate").Should().Be(challenge);
        if (status >= 400)
        {
            (await response.CodeAsync()).Should().Be(status == 401 ? "unauthorized" : "forbidden");
        }

        (response.Header("RateLimit") is null).Should().Be(status == 401, "a caller that is known has a limit");
    }

    [Theory]
    [InlineData("key")]
    [InlineData("token")]
    [InlineData("jwt")]
    [InlineData("cookie")]
    public async Task Limit_Usage_AndAllowlist_AreThoseOfTheCaller(string credential)
    {
        await using var host = await OAuthHost.StartAsync(settings:
        [
            .. OtherIssuer.Settings,
            ("ApiKeys:DefaultRateLimit:Permits", "3"),
            ("ApiKeys:DefaultRateLimit:Window", "01:00:00"),
        ]);
        using var credentials = await CredentialSet.CreateAsync(host);
        List<int> statuses = [];
        for (var i = 0; i < 4; i++)
        {
            using var response = await credentials.CallAsync(credential, "admin", "GET", Jobs);
            statuses.Add((int)response.StatusCode);
            if (i == 3)
            {
                response.Header("Retry-After").Should().Be("1200");
                (await response.CodeAsync()).Should().Be("rate_limited");
            }
        }

        using var usage = await host.CallAsync(HttpMethod.Get, $"{Keys}/usage");
        using var allowlist = await host.CallAsync(
            HttpMethod.Put, $"{Keys}/ip-allowlist?force=true", new { enabled = true, networks = new[] { "192.0.2.0/24" } });
        using var refused = await credentials.CallAsync(credential, "admin", "GET", Jobs);

        statuses.Should().Equal(200, 200, 200, 429);
        (await usage.JsonAsync()).GetProperty("byKey").EnumerateArray()
            .Where(row => row.GetProperty("keyId").GetString()!.StartsWith(credentials.Clients[credential]))
            .Select(row => row.GetProperty("requests").GetInt32()).Should().Contain(4);
        ((int)refused.StatusCode).Should().Be(403, await allowlist.TextAsync());
        (await refused.TextAsync()).Should().Contain("IP address is not on the allowlist");
    }

    private static string Lacks(string permission) => $"Bearer error=\"insufficient_scope\", scope=\"{permission}\"";

    public sealed class Fixture : IAsyncLifetime
    {
        private OAuthHost? _host;

        internal CredentialSet Credentials { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            _host = await OAuthHost.StartAsync(settings: OtherIssuer.Settings);
            Credentials = await CredentialSet.CreateAsync(_host);
        }

        public async ValueTask DisposeAsync()
        {
            Credentials.Dispose();
            await _host!.DisposeAsync();
        }
    }
}
