using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

public sealed class CreateTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string[]> BadBodies => new()
    {
        { "{}", ["name", "type"] },
        { """{"name":"","type":"ci"}""", ["name"] },
        { """{"name":"  ","type":"ci"}""", ["name"] },
        { $$"""{"name":"{{new string('x', 201)}}","type":"ci"}""", ["name"] },
        { """{"name":1,"type":"ci"}""", ["name"] },
        { """{"name":null,"type":"ci"}""", ["name"] },
        { """{"name":"\ud800","type":"ci"}""", ["name"] },
        { """{"name":"a\u0000b","type":"ci"}""", ["name"] },
        { """{"name":"x","type":"ci","metadata":{"a":["\ud800"]}}""", ["metadata"] },
        { """{"name":"x","type":"ci","metadata":{"\ud800":1}}""", [""] },
        { $$$$"""{"name":"x","type":"ci","metadata":{"a":{{{{new string('[', 61)}}}}{{{{new string(']', 61)}}}}}}""", [""] },
        { """{"name":"x","type":"nope"}""", ["type"] },
        { """{"name":"x","type":"ci","tier":"owner"}""", ["tier"] },
        { """{"name":"x","type":"ci","tier":["read"]}""", ["tier"] },
        { """{"name":"x","type":"ci","permissions":["jobs:read","nope"]}""", ["permissions[1]"] },
        { """{"name":"x","type":"ci","permissions":"jobs:read"}""", ["permissions"] },
        { """{"name":"x","type":"ci","permissions":[null]}""", ["permissions[0]"] },
        {
            """{"name":"x","type":"ci","allowedNetworks":["10.0.0.0/8","10.0.0.8/8","010.0.0.1"]}""",
            ["allowedNetworks[1]", "allowedNetworks[2]"]
        },
        { """{"name":"x","type":"ci","allowedNetworks":[7]}""", ["allowedNetworks[0]"] },
        {
            """{"name":"x","type":"ci","rateLimits":[{"permits":0,"windowSeconds":0}]}""",
            ["rateLimits[0].permits", "rateLimits[0].windowSeconds"]
        },
        {
            """{"name":"x","type":"ci","rateLimits":[{"permits":99999999999,"windowSeconds":99999999999}]}""",
            ["rateLimits[0].permits", "rateLimits[0].windowSeconds"]
        },
        {
            """{"name":"x","type":"ci","rateLimits":[{"permits":1.5,"windowSeconds":"60"}]}""",
            ["rateLimits[0].permits", "rateLimits[0].windowSeconds"]
        },
        {
            """{"name":"x","type":"ci","rateLimits":[{"burst":1}]}""",
            ["rateLimits[0].burst", "rateLimits[0].permits", "rateLimits[0].windowSeconds"]
        },
        { """{"name":"x","type":"ci","rateLimits":[5]}""", ["rateLimits[0]"] },
        { """{"name":"x","type":"ci","expiresAt":"2026-11-24T12:00:00Z"}""", ["expiresAt"] },
        { """{"name":"x","type":"ci","expiresAt":"tomorrow"}""", ["expiresAt"] },
        { """{"name":"x","type":"ci","expiresAt":"2030-01-01T00:00:00"}""", ["expiresAt"] },
        { """{"name":"x","type":"ci","expiresAt":1}""", ["expiresAt"] },
        { """{"name":"x","type":"ci","expiresInSeconds":0}""", ["expiresInSeconds"] },
        { """{"name":"x","type":"ci","expiresInSeconds":9223372036854775807}""", ["expiresInSeconds"] },
        { """{"name":"x","type":"ci","expiresInSeconds":1e3}""", ["expiresInSeconds"] },
        { """{"name":"x","type":"ci","expiresAt":"2030-01-01T00:00:00Z","expiresInSeconds":5}""", ["expiresInSeconds"] },
        { """{"name":"x","type":"ci","metadata":[]}""", ["metadata"] },
        { $$$"""{"name":"x","type":"ci","metadata":{"a":"{{{new string('x', 4096)}}}"}}""", ["metadata"] },
        { $$$"""{"name":"x","type":"ci","metadata":{"a":"{{{new string('x', 1024 * 1024)}}}"}}""", ["metadata"] },
        { """{"name":"x","type":"ci","colour":"red","id":"mine"}""", ["colour", "id"] },
        { """{"Name":"x","type":"ci"}""", ["Name", "name"] },
        { """{"name":"x","name":"y","type":"ci"}""", [""] },
        { "[]", [""] },
        { "null", [""] },
        { "{", [""] },
        { "", [""] },
        { string.Concat(Enumerable.Repeat("[", 1000)), [""] },
    };

    [Fact]
    public async Task Create_AllMembers_AnswersTheKeyInCanonicalFormWithItsSecretOnce()
    {
        await using var api = await ManagementApi.StartAsync();
        var (admin, secret) = api.Issue();

        using var response = await api.PostAsync("", secret, """
            {"name":"Nightly 🐼","type":"CI","tier":"WRITE","permissions":["Billing:Read","billing:read"],
             "expiresAt":"2027-01-01T01:00:00+01:00","allowedNetworks":["10.0.0.1/32","2001:DB8::/32","10.0.0.1"],
             "rateLimits":[{"permits":5,"windowSeconds":60}],"metadata":{"team":"zoo","n":[1,{"a":null}]}}
            """);
        var json = await response.JsonAsync();
        var created = json.Text("secret");

        response.StatusCode.Should().Be(HttpStatusCode.Created);
        response.Header("Location").Should().Be($"{ManagementApi.Keys}/{json.Text("id")}");
        response.Header("Cache-Control").Should().Be("no-store");
        response.Header("ETag").Should().Be("\"1\"");
        response.Header("Content-Type").Should().Be("application/json");
        (await response.TextAsync()).Should().Be(
            $$"""
            {"id":"{{json.Text("id")}}","name":"{{json.GetProperty("name").GetRawText().Trim('"')}}","type":"ci","ownerId":null,
            "tier":"write","permissions":["billing:read"],"hint":"{{created[..10]}}…","status":"active","enabled":true,
            "createdAt":"2026-11-24T12:00:00Z","createdBy":"{{admin.Id}}","version":1,"expiresAt":"2027-01-01T00:00:00Z",
            "lastUsedAt":null,"revokedAt":null,"revokedReason":null,"replaces":null,"replacedBy":null,
            "allowedNetworks":["10.0.0.1","2001:db8::/32"],
            "rateLimits":[{"permits":5,"windowSeconds":60}],"metadata":{"team":"zoo","n":[1,{"a":null}]},"secret":"{{created}}"}
            """.ReplaceLineEndings(""));
        json.Text("name").Should().Be("Nightly 🐼");
        (await api.StatusAsync(created)).Should().Be(HttpStatusCode.Forbidden, "the caller has no address here");

        using var got = await api.GetAsync($"{ManagementApi.Keys}/{json.Text("id")}", secret);
        got.Header("ETag").Should().Be("\"1\"");
        var again = await got.TextAsync();
        again.Should().Be((await response.TextAsync()).Replace($",\"secret\":\"{created}\"", ""));
    }

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task Create_BadBody_NamesTheFieldsAndStoresNothing(string body, string[] fields)
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();

        using var response = await api.PostAsync("", secret, body);

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.CodeAsync()).Should().Be("invalid_request");
        (await response.FieldsAsync()).Should().BeEquivalentTo(fields);
        using var list = await api.GetAsync(ManagementApi.Keys, secret);
        (await list.JsonAsync()).GetProperty("items").GetArrayLength().Should().Be(1);
    }

    [Theory]
    [InlineData("\"name\":\"\u00ff\"")]
    [InlineData("\"metadata\":{\"\u00ff\":1}")]
    public async Task Create_BytesThatAreNotUtf8_AreRefused(string member)
    {
        await using var api = await ManagementApi.StartAsync();

        using var response = await api.SendAsync(HttpMethod.Post, ManagementApi.Keys, api.Secret(), change: request =>
        {
            request.Content = new ByteArrayContent(Encoding.Latin1.GetBytes($$"""{"type":"ci",{{member}}}"""));
            request.Content.Headers.ContentType = new("application/json");
        });

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Create_ThousandsOfErrors_NamesTheFirstFew()
    {
        await using var api = await ManagementApi.StartAsync();
        var networks = string.Join(',', Enumerable.Repeat("7", 100_000));

        using var response = await api.PostAsync(
            "", api.Secret(), $$"""{"name":"x","type":"ci","allowedNetworks":[{{networks}}]}""");

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.FieldsAsync()).Should().HaveCount(20);
    }

    [Fact]
    public async Task Create_Metadata_IsKeptAsItWasGivenUpToItsBytes()
    {
        await using var api = await ManagementApi.StartAsync();
        var text = new string('ж', 2000);

        var json = await api.CreateAsync(
            api.Secret(), $$$"""{"name":"x","type":"ci","metadata":{"text":"{{{text}}}","nothing":null}}""");

        json.GetProperty("metadata").Text("text").Should().Be(text);
        json.GetProperty("metadata").GetProperty("nothing").ValueKind.Should().Be(System.Text.Json.JsonValueKind.Null);
    }

    [Theory]
    [InlineData("text/plain", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/x-www-form-urlencoded", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json; charset=utf-16", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json; charset=iso-8859-1", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json; charset=utf-8", HttpStatusCode.Created)]
    [InlineData("application/json; charset=\"UTF-8\"", HttpStatusCode.Created)]
    [InlineData("application/vnd.zoo+json", HttpStatusCode.Created)]
    public async Task Create_ContentType_MustBeJson(string contentType, HttpStatusCode status)
    {
        await using var api = await ManagementApi.StartAsync();

        using var response = await api.SendAsync(
            HttpMethod.Post, ManagementApi.Keys, api.Secret(), """{"name":"x","type":"ci"}""", change: request =>
        {
            request.Content!.Headers.Remove("Content-Type");
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        });

        response.StatusCode.Should().Be(status);
        if (status == HttpStatusCode.UnsupportedMediaType)
        {
            (await response.CodeAsync()).Should().Be("unsupported_media_type");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Create_BodyOfFiveMegabytes_Is413(bool withLength)
    {
        await using var api = await ManagementApi.StartAsync();
        var bytes = Encoding.ASCII.GetBytes(new string(' ', 5 * 1024 * 1024));

        using var response = await api.SendAsync(HttpMethod.Post, ManagementApi.Keys, api.Secret(), change: request =>
        {
            request.Content = withLength ? new ByteArrayContent(bytes) : new StreamContent(new UnknownLength(bytes));
            request.Content.Headers.ContentType = new("application/json");
        });

        response.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await response.CodeAsync()).Should().Be("payload_too_large");
    }

    [Theory]
    [InlineData("""{"name":"x","type":"production"}""", "admin", "[]")]
    [InlineData("""{"name":"x","type":"development"}""", "write", "[]")]
    [InlineData("""{"name":"x","type":"ci"}""", "read", "[]")]
    [InlineData("""{"name":"x","type":"analytics"}""", null, """["analytics:read"]""")]
    [InlineData("""{"name":"x","type":"production","permissions":["jobs:read"]}""", null, """["jobs:read"]""")]
    [InlineData("""{"name":"x","type":"production","permissions":[]}""", null, "[]")]
    [InlineData("""{"name":"x","type":"analytics","tier":"admin"}""", "admin", "[]")]
    [InlineData("""{"name":"x","type":"ci","tier":null,"permissions":null}""", "read", "[]")]
    public async Task Create_TierAndPermissions_DefaultToTheTypesWhenNeitherIsGiven(string body, string? tier, string permissions)
    {
        await using var api = await ManagementApi.StartAsync();

        using var response = await api.PostAsync("", api.Secret(), body);
        var json = await response.JsonAsync();

        json.GetProperty("tier").GetString().Should().Be(tier);
        json.GetProperty("permissions").GetRawText().Should().Be(permissions);
    }

    [Fact]
    public async Task Create_ExpiresInSeconds_IsExactOnAClockThatMoves()
    {
        await using var api = await ManagementApi.StartAsync();
        api.Time.AutoAdvanceAmount = TimeSpan.FromMicroseconds(7);

        var json = await api.CreateAsync(
            api.Secret(), new { name = "x", type = "ci", expiresAt = (string?)null, expiresInSeconds = 86_400 });

        var lifetime = json.GetProperty("expiresAt").GetDateTimeOffset() - json.GetProperty("createdAt").GetDateTimeOffset();
        lifetime.Should().Be(TimeSpan.FromDays(1));
    }

    [Fact]
    public async Task Create_MemberWithALongName_IsNotRepeatedWhole()
    {
        await using var api = await ManagementApi.StartAsync();

        using var response = await api.PostAsync(
            "", api.Secret(), $$"""{"name":"x","type":"ci","{{new string('y', 1_000_000)}}":1}""");

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.TextAsync()).Length.Should().BeLessThan(1_000);
    }

    [Fact]
    public async Task Create_FromCode_RefusesWhatNoJsonCanSay()
    {
        await using var api = await ManagementApi.StartAsync();
        await using var scope = api.Services.CreateAsyncScope();
        var manager = scope.ServiceProvider.GetRequiredService<ApiKeyManager>();
        var admin = new ApiKeyActor { Id = "tests", Workspace = TestApi.Workspace, Tier = "admin" };

        (await FieldAsync(new CreateApiKeyRequest { Name = "\ud800", Type = ApiKeyTypes.Production })).Should().Be("name");
        (await FieldAsync(new CreateApiKeyRequest { Name = "x", Type = null! })).Should().Be("type");
        (await FieldAsync(new CreateApiKeyRequest { Name = "x", Type = ApiKeyTypes.Production, Permissions = [null!] }))
            .Should().Be("permissions[0]");
        (await FieldAsync(new CreateApiKeyRequest { Name = "x", Type = ApiKeyTypes.Production, AllowedNetworks = [null!] }))
            .Should().Be("allowedNetworks[0]");
        (await FieldAsync(new CreateApiKeyRequest { Name = "x", Type = ApiKeyTypes.Production, ExpiresIn = TimeSpan.Zero }))
            .Should().Be("expiresInSeconds");
        (await FieldAsync(new CreateApiKeyRequest { Name = "x", Type = ApiKeyTypes.Production, ExpiresIn = TimeSpan.MaxValue }))
            .Should().Be("expiresInSeconds");
        var withoutWorkspace = new ApiKeyActor { Id = "tests", Workspace = "", Tier = "admin" };
        var valid = new CreateApiKeyRequest { Name = "x", Type = ApiKeyTypes.Production };
        (await manager.CreateAsync(withoutWorkspace, valid, Token)).Failure!.Kind.Should().Be(ApiKeyFailureKind.Forbidden);

        async Task<string> FieldAsync(CreateApiKeyRequest request)
            => (await manager.CreateAsync(admin, request, Token)).Failure!.Details.Single().Field;
    }

    [Fact]
    public async Task Create_ExpiresInSeconds_CountsFromNow()
    {
        await using var api = await ManagementApi.StartAsync();

        var json = await api.CreateAsync(api.Secret(), new { name = "x", type = "ci", expiresInSeconds = 3600 });

        json.Text("expiresAt").Should().Be("2026-11-24T13:00:00Z");
        (await api.StatusAsync(json.Text("secret"))).Should().Be(HttpStatusCode.OK);
        api.Time.Advance(TimeSpan.FromHours(1));
        (await api.StatusAsync(json.Text("secret"))).Should().Be(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("write", """{"name":"x","type":"ci","tier":"admin"}""", "admin")]
    [InlineData("write", """{"name":"x","type":"production"}""", "admin")]
    [InlineData("write", """{"name":"x","type":"ci","permissions":["jobs:read","billing:read"]}""", "billing:read")]
    [InlineData(null, """{"name":"x","type":"ci","tier":"read"}""", "jobs:read candidates:read analytics:read webhooks:read")]
    public async Task Create_MoreThanTheCallerHolds_IsForbiddenAndNamed(string? tier, string body, string missing)
    {
        await using var api = await ManagementApi.StartAsync();
        var (_, secret) = api.Issue(
            new CreateApiKeyRequest
            {
                Name = "Manager",
                Type = ApiKeyTypes.Production,
                Tier = tier,
                Permissions = ["keys:manage"],
            });

        using var response = await api.PostAsync("", secret, body);

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        response.Header("WWW-Authenticate").Should().Be($"Bearer error=\"insufficient_scope\", scope=\"{missing}\"");
        (await response.CodeAsync()).Should().Be("forbidden");
        using var list = await api.GetAsync(ManagementApi.Keys, secret);
        (await list.JsonAsync()).GetProperty("items").GetArrayLength().Should().Be(1);
    }

    [Fact]
    public async Task Create_AllThatTheCallerHolds_IsAllowed()
    {
        await using var api = await ManagementApi.StartAsync();
        var (_, secret) = api.Issue(
            new CreateApiKeyRequest
            {
                Name = "Manager",
                Type = ApiKeyTypes.Production,
                Tier = "write",
                Permissions = ["keys:manage"],
            });

        var json = await api.CreateAsync(
            secret, new { name = "x", type = "ci", tier = "write", permissions = new[] { "keys:manage" } });

        json.Text("tier").Should().Be("write");
    }

    [Fact]
    public void CreateApiKeyRequest_WithoutAType_DoesNotCompile()
        => typeof(CreateApiKeyRequest).GetProperty(nameof(CreateApiKeyRequest.Type))!
            .IsDefined(typeof(RequiredMemberAttribute), inherit: false).Should().BeTrue();

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("write", HttpStatusCode.Forbidden)]
    public async Task Create_WithoutKeysManage_IsRefused(string? tier, HttpStatusCode status)
    {
        await using var api = await ManagementApi.StartAsync();

        using var response = await api.PostAsync("", tier is null ? null : api.Secret(tier), new { name = "x", type = "ci" });

        response.StatusCode.Should().Be(status);
    }

    private sealed class UnknownLength(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
