using System.Net;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Limits on the keys that a key can create or change, and on how it can change itself through them.</summary>
public sealed class DelegationTests
{
    private const string Inside = "10.0.0.1";

    [Theory]
    [InlineData("""{"name":"x","type":"ci"}""", "networks")]
    [InlineData("""{"name":"x","type":"ci","allowedNetworks":["10.0.0.0/8"],"expiresInSeconds":60}""", "networks")]
    [InlineData("""{"name":"x","type":"ci","allowedNetworks":["10.0.0.0/24","192.0.2.1"],"expiresInSeconds":60}""", "networks")]
    [InlineData("""{"name":"x","type":"ci","allowedNetworks":["10.0.0.1"]}""", "expiry")]
    [InlineData("""{"name":"x","type":"ci","allowedNetworks":["10.0.0.1"],"expiresInSeconds":3601}""", "expiry")]
    [InlineData("""{"name":"x","type":"ci","allowedNetworks":["10.0.0.1"],"expiresInSeconds":3600}""", null)]
    [InlineData("""{"name":"x","type":"production","allowedNetworks":["10.0.0.0/25"],"expiresInSeconds":60}""", null)]
    public async Task Create_ByARestrictedKey_IsNoLooserThanItself(string body, string? what)
    {
        await using var api = await ManagementApi.StartAsync();
        var (_, secret) = api.Issue(Restricted());

        using var response = await api.SendAsync(HttpMethod.Post, ManagementApi.Keys, secret, body, Inside);

        await ShouldRefuseAsync(response, what, HttpStatusCode.Created);
        if (what is not null)
        {
            using var audit = await api.GetAsync(ManagementApi.Keys + "/audit", api.Secret());
            (await audit.JsonAsync()).GetProperty("items")[0].Text("action").Should().Be("key.create.refused");
        }
    }

    [Fact]
    public async Task Patch_ThroughAnAccomplice_DoesNotLoosenTheFirstKey()
    {
        await using var api = await ManagementApi.StartAsync();
        var (restricted, secret) = api.Issue(Restricted());
        using var created = await api.SendAsync(
            HttpMethod.Post,
            ManagementApi.Keys,
            secret,
            """{"name":"accomplice","type":"production","allowedNetworks":["10.0.0.1"],"expiresInSeconds":60}""",
            Inside);
        var accomplice = (await created.JsonAsync()).Text("secret");

        foreach (
            var body in new[]
            {
                """{"allowedNetworks":null}""",
                """{"expiresAt":null}""",
                """{"expiresAt":"2026-11-24T13:00:01Z"}""",
            })
        {
            using var response = await api.SendAsync(
                HttpMethod.Patch, $"{ManagementApi.Keys}/{restricted.Id}", accomplice, body, Inside);
            response.StatusCode.Should().Be(HttpStatusCode.Forbidden, body);
        }
    }

    [Theory]
    [InlineData("""{"name":"y","metadata":{"a":1}}""", null)]
    [InlineData("""{"allowedNetworks":["192.0.2.0/24"]}""", null)]
    [InlineData("""{"expiresAt":"2030-01-01T00:00:00Z"}""", null)]
    [InlineData("""{"allowedNetworks":["10.0.0.1"],"expiresAt":"2026-11-24T12:30:00Z"}""", null)]
    public async Task Patch_KeyThatIsLooserThanTheActor_MayBecomeTighterAndStayAsItIs(string body, string? what)
    {
        await using var api = await ManagementApi.StartAsync();
        var (_, secret) = api.Issue(Restricted());
        var (loose, _) = api.Issue(new CreateApiKeyRequest { Name = "Loose", Type = ApiKeyTypes.Production, Tier = "read" });

        using var response = await api.SendAsync(HttpMethod.Patch, $"{ManagementApi.Keys}/{loose.Id}", secret, body, Inside);

        await ShouldRefuseAsync(response, what, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Rotate_KeyThatIsLooserThanTheActor_IsRefusedSinceItsSecretIsHandedOut()
    {
        await using var api = await ManagementApi.StartAsync();
        var (_, secret) = api.Issue(Restricted());
        var (loose, _) = api.Issue(new CreateApiKeyRequest { Name = "Loose", Type = ApiKeyTypes.Production, Tier = "read" });
        var (tight, _) = api.Issue(Restricted() with { Tier = "read", ExpiresAt = TestApi.Start.AddMinutes(10) });

        using var refused = await api.SendAsync(
            HttpMethod.Post, $"{ManagementApi.Keys}/{loose.Id}/rotate", secret, address: Inside);
        using var rotated = await api.SendAsync(
            HttpMethod.Post, $"{ManagementApi.Keys}/{tight.Id}/rotate", secret, address: Inside);

        await ShouldRefuseAsync(refused, "networks", HttpStatusCode.Created);
        rotated.StatusCode.Should().Be(HttpStatusCode.Created, await rotated.TextAsync());
    }

    [Fact]
    public async Task Create_ByARestrictedKeyWhereTheHostAllowsIt_MayBeLooser()
    {
        await using var api = await ManagementApi.StartAsync(options => options.AllowLooserDelegation = true);
        var (restricted, secret) = api.Issue(Restricted());

        using var created = await api.SendAsync(
            HttpMethod.Post, ManagementApi.Keys, secret, """{"name":"x","type":"ci"}""", Inside);
        using var own = await api.SendAsync(
            HttpMethod.Patch, $"{ManagementApi.Keys}/{restricted.Id}", secret, """{"allowedNetworks":null}""", Inside);

        created.StatusCode.Should().Be(HttpStatusCode.Created, await created.TextAsync());
        await ShouldRefuseAsync(own, "networks", HttpStatusCode.OK);
    }

    [Fact]
    public async Task Rotate_ItselfAfterAnOperatorShortenedIt_KeepsWhatIsLeft()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var (key, secret) = api.Issue(
            new CreateApiKeyRequest { Name = "Agent", Type = ApiKeyTypes.Production, ExpiresAt = TestApi.Start.AddDays(90) });
        using var shortened = await api.PatchAsync(key.Id, admin, new { expiresAt = TestApi.Start.AddDays(11) });
        shortened.StatusCode.Should().Be(HttpStatusCode.OK);
        api.Time.Advance(TimeSpan.FromDays(10));

        using var first = await api.PostAsync($"/{key.Id}/rotate", secret);
        var successor = await first.JsonAsync();
        using var second = await api.PostAsync($"/{successor.Text("id")}/rotate", successor.Text("secret"));

        successor.GetProperty("expiresAt").GetDateTimeOffset().Should().Be(TestApi.Start.AddDays(11));
        (await second.JsonAsync()).GetProperty("expiresAt").GetDateTimeOffset()
            .Should().Be(TestApi.Start.AddDays(11), "also the next time");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rotate_KeyThatAShortenedKeyMade_KeepsWhatIsLeftToo(bool created)
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var (key, secret) = api.Issue(
            new CreateApiKeyRequest { Name = "Agent", Type = ApiKeyTypes.Production, ExpiresAt = TestApi.Start.AddDays(90) });
        var (helper, _) = api.Issue(
            new CreateApiKeyRequest { Name = "Helper", Type = ApiKeyTypes.Production, ExpiresAt = TestApi.Start.AddDays(10) });
        (await api.PatchAsync(key.Id, admin, new { expiresAt = TestApi.Start.AddDays(11) })).Dispose();
        api.Time.Advance(TimeSpan.FromDays(1));
        using var made = created
            ? await api.PostAsync(
                "", secret, new { name = "Accomplice", type = "production", expiresAt = TestApi.Start.AddDays(11) })
            : await api.PostAsync($"/{helper.Id}/rotate", secret);
        var accomplice = await made.JsonAsync();
        api.Time.Advance(TimeSpan.FromDays(5));

        using var rotated = await api.PostAsync($"/{accomplice.Text("id")}/rotate", accomplice.Text("secret"));

        made.StatusCode.Should().Be(HttpStatusCode.Created);
        rotated.StatusCode.Should().Be(HttpStatusCode.Created, await rotated.TextAsync());
        (await rotated.JsonAsync()).GetProperty("expiresAt").GetDateTimeOffset().Should().Be(TestApi.Start.AddDays(11));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rotate_ByAnOperatorOrAfterItWasLengthenedAgain_GivesTheLifetimeAgain(bool byItself)
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var (key, secret) = api.Issue(
            new CreateApiKeyRequest { Name = "Agent", Type = ApiKeyTypes.Production, ExpiresAt = TestApi.Start.AddDays(90) });
        (await api.PatchAsync(key.Id, admin, new { expiresAt = TestApi.Start.AddDays(11) })).Dispose();
        if (byItself)
        {
            (await api.PatchAsync(key.Id, admin, new { expiresAt = TestApi.Start.AddDays(20) })).Dispose();
        }

        api.Time.Advance(TimeSpan.FromDays(10));
        using var rotated = await api.PostAsync($"/{key.Id}/rotate", byItself ? secret : api.Secret());

        (await rotated.JsonAsync()).GetProperty("expiresAt").GetDateTimeOffset()
            .Should().Be(TestApi.Start.AddDays(10 + (byItself ? 20 : 11)));
    }

    [Theory]
    [InlineData("""[{"permits":101,"windowSeconds":60}]""", false)]
    [InlineData("""[{"permits":100,"windowSeconds":59}]""", false)]
    [InlineData("""[{"permits":1000000,"windowSeconds":2678400},{"permits":101,"windowSeconds":3600}]""", false)]
    [InlineData("""[{"permits":100,"windowSeconds":60}]""", true)]
    [InlineData("""[{"permits":1000000,"windowSeconds":2678400},{"permits":1,"windowSeconds":1}]""", true)]
    [InlineData("[]", true)]
    public async Task CreateAndPatch_LimitsAboveTheHostsLargest_AreRefused(string limits, bool isAccepted)
    {
        await using var api = await ManagementApi.StartAsync(
            options => options.MaxRateLimit = new RateLimit(100, TimeSpan.FromSeconds(60)));
        var (key, _) = api.Issue();
        var secret = api.Secret();

        using var created = await api.PostAsync("", secret, $$"""{"name":"x","type":"ci","rateLimits":{{limits}}}""");
        using var patched = await api.PatchAsync(key.Id, secret, $$"""{"rateLimits":{{limits}}}""");

        created.StatusCode.Should().Be(isAccepted ? HttpStatusCode.Created : HttpStatusCode.BadRequest);
        patched.StatusCode.Should().Be(isAccepted ? HttpStatusCode.OK : HttpStatusCode.BadRequest);
        if (!isAccepted)
        {
            (await created.FieldsAsync()).Should().Equal("rateLimits");
            (await patched.FieldsAsync()).Should().Equal("rateLimits");
        }
    }

    [Fact]
    public async Task CreateAndRotate_BeyondTheLargestNumberOfKeys_AreConflictsUntilOneIsRevoked()
    {
        await using var api = await ManagementApi.StartAsync(options => options.MaxActiveKeys = 2);
        var (admin, secret) = api.Issue();
        var other = await api.CreateAsync(secret, new { name = "second", type = "ci" });

        using var third = await api.PostAsync("", secret, new { name = "third", type = "ci" });
        using var overlapping = await api.PostAsync($"/{other.Text("id")}/rotate", secret);
        using var instead = await api.PostAsync($"/{other.Text("id")}/rotate", secret, new { overlapSeconds = 0 });
        (await api.PostAsync($"/{(await instead.JsonAsync()).Text("id")}/revoke", secret)).Dispose();
        using var afterwards = await api.PostAsync("", secret, new { name = "third", type = "ci" });
        using var foreign = await api.PostAsync("", api.OtherWorkspace(), new { name = "first", type = "ci" });

        third.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await third.TextAsync()).Should().Contain("2 active API keys").And.Contain("revoke some");
        overlapping.StatusCode.Should().Be(HttpStatusCode.Conflict, "both secrets would work");
        instead.StatusCode.Should().Be(HttpStatusCode.Created, await instead.TextAsync());
        afterwards.StatusCode.Should().Be(HttpStatusCode.Created);
        foreign.StatusCode.Should().Be(HttpStatusCode.Created);
        admin.Id.Should().NotBeNull();
    }

    private static CreateApiKeyRequest Restricted() => new()
    {
        Name = "Restricted",
        Type = ApiKeyTypes.Production,
        Tier = "admin",
        AllowedNetworks = ["10.0.0.0/24"],
        ExpiresAt = TestApi.Start.AddHours(1),
    };

    private static async Task ShouldRefuseAsync(HttpResponseMessage response, string? what, HttpStatusCode otherwise)
    {
        response.StatusCode.Should().Be(what is null ? otherwise : HttpStatusCode.Forbidden, await response.TextAsync());
        if (what is not null)
        {
            (await response.CodeAsync()).Should().Be("forbidden");
            (await response.TextAsync()).Should().Contain(what);
        }
    }
}
