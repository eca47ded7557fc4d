using System.Net;

namespace HirePanda.ApiKeys.Tests;

public sealed class RotateTests
{
    [Fact]
    public async Task Rotate_NoBody_GivesANewKeyThatInheritsAndLetsTheOldLiveADay()
    {
        await using var api = await ManagementApi.StartAsync();
        var (admin, secret) = api.Issue();
        var old = await api.CreateAsync(secret, """
            {"name":"x","type":"development","tier":"read","permissions":["billing:read"],"expiresInSeconds":864000,
             "rateLimits":[{"permits":5,"windowSeconds":60}],"metadata":{"a":1}}
            """);
        (await api.StatusAsync(old.Text("secret"))).Should().Be(HttpStatusCode.OK);
        api.Time.Advance(TimeSpan.FromDays(4));

        using var response = await api.PostAsync($"/{old.Text("id")}/rotate", secret);
        var rotated = await response.JsonAsync();

        response.StatusCode.Should().Be(HttpStatusCode.Created);
        response.Header("Location").Should().Be($"{ManagementApi.Keys}/{rotated.Text("id")}");
        response.Header("Cache-Control").Should().Be("no-store");
        rotated.Text("id").Should().NotBe(old.Text("id"));
        rotated.Text("replaces").Should().Be(old.Text("id"));
        rotated.Text("createdBy").Should().Be(admin.Id);
        rotated.Text("secret").Should().StartWith("hp_dev_").And.NotBe(old.Text("secret"));
        rotated.Text("expiresAt").Should().Be("2026-12-08T12:00:00Z", "its lifetime is the old one's, counted from now");
        foreach (var inherited in new[] { "name", "type", "tier", "permissions", "allowedNetworks", "rateLimits", "metadata" })
        {
            rotated.GetProperty(inherited).GetRawText().Should().Be(old.GetProperty(inherited).GetRawText());
        }

        using var got = await api.GetAsync($"{ManagementApi.Keys}/{old.Text("id")}", secret);
        var before = await got.JsonAsync();
        before.Text("replacedBy").Should().Be(rotated.Text("id"));
        before.Text("expiresAt").Should().Be("2026-11-29T12:00:00Z");
        (await api.StatusAsync(old.Text("secret"))).Should().Be(HttpStatusCode.OK);
        (await api.StatusAsync(rotated.Text("secret"))).Should().Be(HttpStatusCode.OK);

        api.Time.Advance(TimeSpan.FromDays(1));
        (await api.StatusAsync(old.Text("secret"))).Should().Be(HttpStatusCode.Unauthorized);
        (await api.StatusAsync(rotated.Text("secret"))).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Rotate_ManyTimes_GivesNoSecondQuota()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var key = await api.CreateAsync(secret, """{"name":"x","type":"ci","rateLimits":[{"permits":4,"windowSeconds":600}]}""");
        for (var i = 0; i < 4; i++)
        {
            (await api.StatusAsync(key.Text("secret"))).Should().Be(HttpStatusCode.OK);
            using var response = await api.PostAsync($"/{key.Text("id")}/rotate", secret);
            key = await response.JsonAsync();
        }

        (await api.StatusAsync(key.Text("secret"))).Should().Be(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task Rotate_OverlapZero_EndsTheOldKeyAtOnce()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var old = await api.CreateAsync(secret, new { name = "x", type = "ci" });
        (await api.StatusAsync(old.Text("secret"))).Should().Be(HttpStatusCode.OK);

        (await api.PostAsync($"/{old.Text("id")}/rotate", secret, new { overlapSeconds = 0 })).Dispose();

        using var response = await api.GetAsync("/read", old.Text("secret"));
        (await response.CodeAsync()).Should().Be("key_expired");
    }

    [Fact]
    public async Task Rotate_OverlapBeyondTheOldExpiry_NeverExtendsIt()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var old = await api.CreateAsync(secret, new { name = "x", type = "ci", expiresInSeconds = 3600 });

        (await api.PostAsync($"/{old.Text("id")}/rotate", secret, new { overlapSeconds = 86400 })).Dispose();
        using var extended = await api.PatchAsync(old.Text("id"), secret, """{"expiresAt":"2027-01-01T00:00:00Z"}""");

        using var got = await api.GetAsync($"{ManagementApi.Keys}/{old.Text("id")}", secret);
        (await got.JsonAsync()).Text("expiresAt").Should().Be(old.Text("expiresAt"));
        extended.StatusCode.Should().Be(HttpStatusCode.Conflict, "nor does a change of a key that was replaced");
    }

    [Fact]
    public async Task Rotate_KeyThatExpiresAtTheEndOfTime_KeepsThat()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var old = await api.CreateAsync(secret, """{"name":"x","type":"ci","expiresAt":"9999-12-31T23:59:59Z"}""");
        api.Time.Advance(TimeSpan.FromMinutes(2));

        using var response = await api.PostAsync($"/{old.Text("id")}/rotate", secret);

        response.StatusCode.Should().Be(HttpStatusCode.Created);
        (await response.JsonAsync()).Text("expiresAt").Should().StartWith("9999-12-31");
    }

    [Fact]
    public async Task Rotate_ReplacedKey_IsAConflict()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var old = await api.CreateAsync(secret, new { name = "x", type = "ci" });
        (await api.PostAsync($"/{old.Text("id")}/rotate", secret)).Dispose();

        using var response = await api.PostAsync($"/{old.Text("id")}/rotate", secret);

        response.StatusCode.Should().Be(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Rotate_TwoAtOnce_GivesOneKeyAndOneConflict()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        for (var round = 0; round < 20; round++)
        {
            var key = await api.CreateAsync(secret, new { name = "x", type = "ci" });

            var answers = await Task.WhenAll(
                Enumerable.Range(0, 2).Select(_ => Task.Run(() => api.PostAsync($"/{key.Text("id")}/rotate", secret))));

            answers.Select(answer => answer.StatusCode)
                .Should().BeEquivalentTo([HttpStatusCode.Created, HttpStatusCode.Conflict]);
        }
    }

    [Theory]
    [InlineData("""{"overlapSeconds":-1}""")]
    [InlineData("""{"overlapSeconds":31536001}""")]
    [InlineData("""{"overlapSeconds":9223372036854775807}""")]
    [InlineData("""{"overlapSeconds":"1"}""")]
    [InlineData("""{"overlapSeconds":1.5}""")]
    [InlineData("""{"overlap":1}""")]
    public async Task Rotate_BadOverlap_IsRefused(string body)
    {
        await using var api = await ManagementApi.StartAsync();
        var (key, secret) = api.Issue();

        using var response = await api.PostAsync($"/{key.Id}/rotate", secret, body);

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.FieldsAsync()).Should().HaveCount(1).And.OnlyContain(field => field.StartsWith("overlap"));
    }
}
