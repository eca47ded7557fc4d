using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Testing an address against the IP allowlists.</summary>
public sealed class AddressTestTests
{
    [Theory]
    [InlineData("""{"enabled":false,"networks":[]}""", "192.0.2.1", true, false, false)]
    [InlineData("""{"enabled":true,"networks":["10.0.0.0/8"]}""", "192.0.2.1", false, true, false)]
    [InlineData("""{"enabled":true,"networks":["10.0.0.0/8"]}""", "10.200.0.1", true, false, false)]
    [InlineData("""{"enabled":true,"networks":["10.0.0.0/8"]}""", "::ffff:10.200.0.1", true, false, false)]
    [InlineData("""{"enabled":true,"networks":["10.0.0.0/8"]}""", "2001:db8::1", false, true, false)]
    [InlineData("""{"enabled":true,"reportOnly":true,"networks":["10.0.0.0/8"]}""", "192.0.2.1", true, true, true)]
    [InlineData("""{"enabled":true,"reportOnly":true,"networks":["10.0.0.0/8"]}""", "10.0.0.1", true, false, true)]
    [InlineData("""{"enabled":false,"reportOnly":true,"networks":["10.0.0.0/8"]}""", "192.0.2.1", true, false, false)]
    public async Task Test_OfAnAddress_SaysWhatTheWorkspacesListDoes(
        string list, string address, bool allowed, bool refused, bool reportOnly)
    {
        await using var api = await StartAsync(list);

        using var response = await TestAsync(api, new { address });

        (await response.TextAsync()).Should().Be(Json(allowed, refused, refusedByKey: false, reportOnly));
        response.Header("Cache-Control").Should().Be("no-store");
    }

    [Theory]
    [InlineData(false, "10.1.0.1", true, false, false)]
    [InlineData(false, "10.200.0.1", false, false, true)]
    [InlineData(false, "192.0.2.1", false, true, true)]
    [InlineData(false, "172.16.0.1", false, true, false)]
    [InlineData(true, "192.0.2.1", false, true, true)]
    [InlineData(true, "172.16.0.1", true, true, false)]
    public async Task Test_WithAKey_SaysWhichListRefuses(
        bool reportOnly, string address, bool allowed, bool byWorkspace, bool byKey)
    {
        await using var api = await StartAsync(
            $$"""{"enabled":true,"reportOnly":{{(reportOnly ? "true" : "false")}},"networks":["10.0.0.0/8"]}""");
        var (key, secret) = api.Issue(
            new CreateApiKeyRequest { Name = "x", Type = "production", AllowedNetworks = ["10.0.0.0/9", "172.16.0.0/12"] });

        using var response = await TestAsync(api, new { address, keyId = key.Id });

        (await response.TextAsync()).Should().Be(Json(allowed, byWorkspace, byKey, reportOnly));
        using var real = await api.GetAsync("/read", secret, address);
        real.StatusCode.Should().Be(allowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden, "the test tells the truth");
    }

    [Theory]
    [InlineData("")]
    [InlineData("example.com")]
    [InlineData("10.1")]
    [InlineData("010.0.0.1")]
    [InlineData("10.0.0.0/8")]
    [InlineData("10.0.0.1:80")]
    [InlineData("fe80::1%eth0")]
    [InlineData(" 10.0.0.1")]
    public async Task Test_OfWhatIsNoAddress_IsRefusedByItsField(string address)
    {
        await using var api = await ManagementApi.StartAsync();

        using var response = await TestAsync(api, new { address });

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.FieldsAsync()).Should().Equal("address");
    }

    [Theory]
    [InlineData("{}", "address")]
    [InlineData("""{"address":"10.0.0.1","keyId":5}""", "keyId")]
    [InlineData("""{"address":"10.0.0.1","key":"x"}""", "key")]
    public async Task Test_WithABadBody_IsRefusedByItsField(string body, string field)
    {
        await using var api = await ManagementApi.StartAsync();

        using var response = await TestAsync(api, body);

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.FieldsAsync()).Should().Equal(field);
    }

    [Fact]
    public async Task Test_WithAKeyThatTheCallerDoesNotSee_IsNotFound()
    {
        await using var api = await ManagementApi.StartAsync();
        var (bobs, _) = api.Issue(new CreateApiKeyRequest { Name = "x", Type = "ci", OwnerId = "bob" });
        var (own, ann) = api.Issue(new CreateApiKeyRequest { Name = "x", Type = "production", OwnerId = "ann" });

        foreach (var (secret, id, status) in new[]
        {
            (api.OtherWorkspace(), bobs.Id, HttpStatusCode.NotFound), (ann, bobs.Id, HttpStatusCode.NotFound),
            (ann, "a\u0000", HttpStatusCode.NotFound), (ann, own.Id, HttpStatusCode.OK),
        })
        {
            using var response = await api.PostAsync("/ip-allowlist/test", secret, new { address = "10.0.0.1", keyId = id });
            response.StatusCode.Should().Be(status);
        }
    }

    [Fact]
    public async Task Test_OfAnEnabledListThatIsEmpty_AdmitsNobody()
    {
        await using var api = await StartAsync("""{"enabled":true,"networks":[]}""");
        await using var scope = api.Services.CreateAsyncScope();

        var test = await scope.ServiceProvider.GetRequiredService<ApiKeyWorkspaceManager>().TestAddressAsync(
            new ApiKeyActor { Id = "ann", Workspace = TestApi.Workspace },
            "10.0.0.1",
            cancellationToken: TestContext.Current.CancellationToken);

        test.Value.Should().BeEquivalentTo(new ApiKeyAddressTest { IsAllowed = false, IsRefusedByWorkspace = true });
    }

    private static async Task<TestApi> StartAsync(string list)
    {
        var api = await ManagementApi.StartAsync();
        using var put = await api.SendAsync(
            HttpMethod.Put, ManagementApi.Keys + "/ip-allowlist?force=true", api.Secret(), list, "10.0.0.1");
        put.StatusCode.Should().Be(HttpStatusCode.OK);
        return api;
    }

    private static Task<HttpResponseMessage> TestAsync(TestApi api, object body)
        => api.SendAsync(HttpMethod.Post, ManagementApi.Keys + "/ip-allowlist/test", api.Secret(), body, "10.0.0.1");

    private static string Json(bool allowed, bool refusedByWorkspace, bool refusedByKey, bool reportOnly)
        => JsonSerializer.Serialize(new { allowed, refusedByWorkspace, refusedByKey, reportOnly });
}
