using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Repeated creations with an idempotency key.</summary>
public sealed class IdempotencyTests
{
    private static readonly object _body = new { name = "x", type = "ci" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Create_Repeated_FailsAndNamesTheFirstKey()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();

        using var first = await CreateAsync(api, admin, "form-1");
        using var again = await CreateAsync(api, admin, "form-1", new { name = "other", type = "analytics" });

        first.StatusCode.Should().Be(HttpStatusCode.Created);
        var id = (await first.JsonAsync()).Text("id");
        id.Should().MatchRegex("^key_[0-9a-f]{32}$");
        again.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await again.CodeAsync()).Should().Be("conflict");
        (await again.TextAsync()).Should().Contain("has already created an API key").And.NotContain("hp_ci_");
        again.Headers.Location!.OriginalString.Should().Be($"{ManagementApi.Keys}/{id}");
        (await (await api.GetAsync(again.Headers.Location.OriginalString, admin)).JsonAsync()).Text("id").Should().Be(id);
        (await api.ItemsAsync(ManagementApi.Keys + "?type=ci", admin)).Should().ContainSingle();
        (await api.ItemsAsync(ManagementApi.Keys + "?type=analytics", admin)).Should().BeEmpty();
    }

    [Fact]
    public async Task Create_ManyAtOnce_CreatesOneKey()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => Task.Run(() => CreateAsync(api, admin, "form-1"), Token)));

        answers.Should().ContainSingle(answer => answer.StatusCode == HttpStatusCode.Created);
        answers.Where(answer => answer.StatusCode != HttpStatusCode.Created)
            .Should().OnlyContain(answer => answer.StatusCode == HttpStatusCode.Conflict);
        (await api.ItemsAsync(ManagementApi.Keys + "?type=ci", admin)).Should().ContainSingle();
    }

    [Fact]
    public async Task Create_WithTheValueOfAnotherActorOrWorkspace_CreatesAKey()
    {
        await using var api = await ManagementApi.StartAsync();
        string[] callers = [api.Secret(), api.Secret(), api.OtherWorkspace()];

        foreach (var caller in callers)
        {
            (await CreateAsync(api, caller, "same")).StatusCode.Should().Be(HttpStatusCode.Created);
            (await CreateAsync(api, caller, "another")).StatusCode.Should().Be(HttpStatusCode.Created);
            (await CreateAsync(api, caller, "Same")).StatusCode.Should().Be(HttpStatusCode.Created, "case matters");
        }
    }

    [Fact]
    public async Task Create_RepeatedAfterTheKeyWasRevokedOrTheWorkspaceIsFull_StillFailsAsARepeat()
    {
        await using var api = await ManagementApi.StartAsync(options => options.MaxActiveKeys = 2);
        var admin = api.Secret();
        var id = (await (await CreateAsync(api, admin, "form-1")).JsonAsync()).Text("id");

        using var full = await CreateAsync(api, admin, "form-1");
        await api.PostAsync($"/{id}/revoke", admin);
        using var revoked = await CreateAsync(api, admin, "form-1");

        foreach (var answer in new[] { full, revoked })
        {
            answer.StatusCode.Should().Be(HttpStatusCode.Conflict);
            answer.Headers.Location!.OriginalString.Should().EndWith(id);
        }
    }

    [Fact]
    public async Task Create_RefusedOrFailed_LeavesTheValueUnused()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();

        using var invalid = await CreateAsync(api, admin, "form-1", new { name = "", type = "ci" });
        api.Store.BeforeSave = _ => throw new IOException("away");
        using var failed = await CreateAsync(api, admin, "form-1");
        api.Store.BeforeSave = _ => { };
        using var created = await CreateAsync(api, admin, "form-1");

        invalid.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        failed.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        created.StatusCode.Should().Be(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Create_WhoseAnswerWasLost_IsFoundByRepeatingIt()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();

        api.Store.AfterSave = () => throw new IOException("the connection broke");
        using var lost = await CreateAsync(api, admin, "form-1");
        api.Store.AfterSave = () => { };
        using var again = await CreateAsync(api, admin, "form-1");

        lost.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        again.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await api.GetAsync(again.Headers.Location!.OriginalString, admin)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("schlüssel")]
    [InlineData(201)]
    public async Task Create_WithABadValue_IsRefused(object value)
    {
        await using var api = await ManagementApi.StartAsync();
        var text = value is int length ? new string('x', length) : (string)value;
        await using var scope = api.Services.CreateAsyncScope();

        var result = await scope.ServiceProvider.GetRequiredService<ApiKeyManager>().CreateAsync(
            new ApiKeyActor { Id = "ann", Workspace = TestApi.Workspace, Tier = "admin" },
            new CreateApiKeyRequest { Name = "x", Type = "ci", IdempotencyKey = text },
            Token);

        result.Failure!.Kind.Should().Be(ApiKeyFailureKind.InvalidRequest);
        result.Failure.Details.Should().ContainSingle().Which.Field.Should().Be("idempotencyKey");
        if (text is not ("" or "schlüssel"))
        {
            using var response = await CreateAsync(api, api.Secret(), text);
            response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
            (await response.FieldsAsync()).Should().Equal("idempotencyKey");
        }
    }

    [Fact]
    public async Task Create_WithAnEmptyHeader_IsRefused()
    {
        await using var server = await KestrelApi.StartAsync(app => app.MapHirePandaApiKeys("/keys"));
        var (_, secret) = await server.IssueAsync(new CreateApiKeyRequest { Name = "x", Type = "production" });
        const string Body = """{"name":"x","type":"ci"}""";
        using var client = new TcpClient();
        await client.ConnectAsync(server.Address.Host, server.Address.Port, Token);
        var stream = client.GetStream();
        var request = $"POST /keys HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {secret}\r\nIdempotency-Key:\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {Body.Length}\r\nConnection: close\r\n\r\n{Body}";

        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Token);
        using var reader = new StreamReader(stream);
        var response = await reader.ReadToEndAsync(Token);

        response.Should().StartWith("HTTP/1.1 400").And.Contain("idempotencyKey");
    }

    [Fact]
    public async Task Create_InCode_SaysWhichKeyItWas()
    {
        await using var api = await ManagementApi.StartAsync();
        await using var scope = api.Services.CreateAsyncScope();
        var manager = scope.ServiceProvider.GetRequiredService<ApiKeyManager>();
        var actor = new ApiKeyActor { Id = "ann", Workspace = TestApi.Workspace, Tier = "admin" };
        var request = new CreateApiKeyRequest { Name = "x", Type = "ci", IdempotencyKey = new string('~', 200) };

        var first = await manager.CreateAsync(actor, request, Token);
        var again = await manager.CreateAsync(actor, request, Token);
        var shifted = await manager.CreateAsync(actor with { Id = "ann~" }, request, Token);

        again.Failure!.Kind.Should().Be(ApiKeyFailureKind.Conflict);
        again.Failure.KeyId.Should().Be(first.Value!.Key.Id);
        shifted.Succeeded.Should().BeTrue();
    }

    [Fact]
    public async Task Conflict_OfAnotherKind_NamesNoKey()
    {
        await using var api = await ManagementApi.StartAsync(options => options.MaxActiveKeys = 1);

        using var response = await CreateAsync(api, api.Secret(), "form-1");

        response.StatusCode.Should().Be(HttpStatusCode.Conflict);
        response.Headers.Location.Should().BeNull();
        (await response.JsonAsync()).GetProperty("error").ValueKind.Should().Be(JsonValueKind.Object);
    }

    private static Task<HttpResponseMessage> CreateAsync(TestApi api, string secret, string value, object? body = null)
        => api.SendAsync(HttpMethod.Post, ManagementApi.Keys, secret, body ?? _body, change: request =>
            request.Headers.TryAddWithoutValidation("Idempotency-Key", value).Should().BeTrue());
}
