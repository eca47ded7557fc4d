using System.Net;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Keys that are suspended and resumed.</summary>
public sealed class DisableTests
{
    [Fact]
    public async Task Disable_CachedKey_IsRefusedAtOnceLikeARevokedOneUntilItIsEnabled()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var (key, secret) = api.Issue(new CreateApiKeyRequest { Name = "x", Type = ApiKeyTypes.Ci });
        var revoked = api.Issue(change: issued => issued with { RevokedAt = TestApi.Start }).Secret;
        (await api.StatusAsync(secret)).Should().Be(HttpStatusCode.OK);

        using var disabled = await api.PatchAsync(key.Id, admin, new { enabled = false });
        using var refused = await api.GetAsync("/read", secret);
        using var like = await api.GetAsync("/read", revoked);

        var json = await disabled.JsonAsync();
        json.Text("status").Should().Be("disabled");
        json.GetProperty("enabled").GetBoolean().Should().BeFalse();
        refused.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await refused.TextAsync()).Should().Be(await like.TextAsync());
        refused.Header("WWW-Authenticate").Should().Be(like.Header("WWW-Authenticate"));
        refused.Header("RateLimit").Should().BeNull();

        api.Time.Advance(TimeSpan.FromSeconds(1));
        using var enabled = await api.PatchAsync(key.Id, admin, new { enabled = true });
        (await enabled.JsonAsync()).Text("status").Should().Be("active");
        (await api.StatusAsync(secret)).Should().Be(HttpStatusCode.OK);
        var audit = (await (await api.GetAsync($"{ManagementApi.Keys}/audit", admin)).JsonAsync()).GetProperty("items");
        audit[0].GetProperty("before").GetProperty("enabled").GetBoolean().Should().BeFalse();
        audit[0].GetProperty("after").GetProperty("enabled").GetBoolean().Should().BeTrue();
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"no\"")]
    [InlineData("0")]
    public async Task Enabled_ThatIsNotABoolean_IsRefusedByItsField(string value)
    {
        await using var api = await ManagementApi.StartAsync();
        var (key, secret) = api.Issue();

        using var response = await api.PatchAsync(key.Id, secret, $$"""{"enabled":{{value}}}""");

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.FieldsAsync()).Should().Equal("enabled");
    }

    [Fact]
    public async Task DisabledKey_CanBeChangedAndRevokedButNotRotated()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var (key, _) = api.Issue(change: issued => issued with { IsEnabled = false });

        (await api.PatchAsync(key.Id, admin, new { name = "y" })).StatusCode.Should().Be(HttpStatusCode.OK);
        using var rotated = await api.PostAsync($"/{key.Id}/rotate", admin);
        rotated.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await rotated.CodeAsync()).Should().Be("conflict");
        using var revoked = await api.PostAsync($"/{key.Id}/revoke", admin);
        (await revoked.JsonAsync()).Text("status").Should().Be("revoked", "it counts before disabled");
    }

    [Fact]
    public async Task DisabledKeyThatHasExpired_CannotBeChangedBackToLife()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var (key, secret) = api.Issue(change: issued => issued with { IsEnabled = false, ExpiresAt = TestApi.Start });

        using var shown = await api.GetAsync($"{ManagementApi.Keys}/{key.Id}", admin);
        using var changed = await api.PatchAsync(key.Id, admin, new { enabled = true, expiresAt = "2040-01-01T00:00:00Z" });

        (await shown.JsonAsync()).Text("status").Should().Be("disabled", "it counts before expired");
        changed.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await (await api.GetAsync("/read", secret)).CodeAsync()).Should().Be("unauthorized");
    }

    [Fact]
    public async Task List_StatusDisabled_ReturnsOnlyDisabledKeys()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var (key, _) = api.Issue(change: issued => issued with { IsEnabled = false });
        api.Issue(change: issued => issued with { IsEnabled = false, RevokedAt = TestApi.Start });

        using var disabled = await api.GetAsync($"{ManagementApi.Keys}?status=disabled", admin);
        using var active = await api.GetAsync($"{ManagementApi.Keys}?status=active", admin);

        (await disabled.JsonAsync()).GetProperty("items").EnumerateArray().Select(item => item.Text("id")).Should().Equal(key.Id);
        (await active.JsonAsync()).GetProperty("items").GetArrayLength().Should().Be(1);
    }

    [Fact]
    public async Task Enable_AKeyOfItsOwnRotation_IsForbiddenToAKey()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var (old, oldSecret) = api.Issue();
        using var rotated = await api.PostAsync($"/{old.Id}/rotate", oldSecret);
        var successor = (await rotated.JsonAsync()).Text("secret");
        (await api.PatchAsync(old.Id, admin, new { enabled = false })).StatusCode.Should().Be(HttpStatusCode.OK);

        (await api.PatchAsync(old.Id, successor, new { enabled = true })).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await api.StatusAsync(oldSecret)).Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Enable_AKeyWithWiderNetworksThanTheCallersKey_IsForbidden()
    {
        await using var api = await ManagementApi.StartAsync();
        var bounded = api.Issue(change: issued => issued with { AllowedNetworks = ["10.0.0.0/8"] }).Secret;
        var (key, _) = api.Issue(change: issued => issued with { IsEnabled = false });

        using var enabled = await api.SendAsync(
            HttpMethod.Patch, $"{ManagementApi.Keys}/{key.Id}", bounded, new { enabled = true }, address: "10.0.0.1");

        enabled.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Create_ByAKeyThatIsDisabledAtThatMoment_StoresNothing()
    {
        await using var api = await ManagementApi.StartAsync();
        var (key, secret) = api.Issue();
        var isDone = false;
        api.Store.BeforeSave = _ =>
        {
            if (!isDone)
            {
                isDone = true;
                api.Store.Change(key, stored => stored with { IsEnabled = false });
            }
        };

        using var created = await api.PostAsync("", secret, new { name = "x", type = "ci" });

        created.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        var all = new ApiKeyQuery { Workspace = TestApi.Workspace, Limit = 10, Now = TestApi.Start };
        (await api.Store.ListKeysAsync(all, TestContext.Current.CancellationToken)).Should().ContainSingle();
    }

    [Fact]
    public async Task DisabledSecrets_ThrottleTheirClient_AndAreNotInUsage()
    {
        await using var api = await ManagementApi.StartAsync(options => options.FailedAttempts.PerMinute = 2);
        var admin = api.Secret();
        var (key, secret) = api.Issue(change: issued => issued with { IsEnabled = false });
        for (var i = 0; i < 2; i++)
        {
            (await api.GetAsync("/read", secret, "192.0.2.1")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        }

        (await api.GetAsync("/read", api.UnknownSecret(), "192.0.2.1")).StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        await api.QuietAsync();
        using var usage = await api.GetAsync($"{ManagementApi.Keys}/usage?keyId={key.Id}", admin);
        (await usage.JsonAsync()).GetProperty("totals").GetProperty("requests").GetInt64().Should().Be(0);
    }
}
