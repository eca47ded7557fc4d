using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace HirePanda.ApiKeys.Tests;

/// <summary>
/// A key sends the headers of a call, and its body only after something has happened to the key: over a real socket.
/// </summary>
public sealed class SlowBodyTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(TestApi.Start);
    private readonly SemaphoreSlim _admitted = new(0);
    private readonly ApiKeyActor _operator = new() { Id = "operator", Workspace = "acme", Tier = ApiKeyTiers.Admin };
    private readonly LogCollector _logs = new();
    private KestrelApi _api = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private InMemoryApiKeyStore Store => _api.Services.GetRequiredService<InMemoryApiKeyStore>();

    public async ValueTask InitializeAsync() => _api = await KestrelApi.StartAsync(
        app => app.MapHirePandaApiKeys(ManagementApi.Keys),
        options => options.Events.OnKeyValidated = _ =>
        {
            _admitted.Release();
            return Task.CompletedTask;
        },
        services: builder =>
        {
            builder.Logging.AddProvider(_logs);
            builder.Services.AddSingleton<TimeProvider>(_time);
        });

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        _admitted.Dispose();
    }

    public static TheoryData<string, string, string> Changes => new()
    {
        { "downgraded", "403", "forbidden" },
        { "downgraded behind our back", "403", "forbidden" },
        { "without the permission alone", "403", "forbidden" },
        { "expired", "401", "key_expired" },
        { "bound to networks", "403", "forbidden" },
        { "bound to networks behind our back", "403", "forbidden" },
        { "locked out by the workspace", "403", "forbidden" },
        { "revoked", "401", "unauthorized" },
        { "revoked outside the library", "401", "unauthorized" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Create_KeyIsChangedBeforeTheBodyArrives_IsJudgedAsItIsNow(string change, string status, string code)
    {
        var (key, secret) = await _api.IssueAsync(
            new CreateApiKeyRequest
            {
                Name = "Slow",
                Type = ApiKeyTypes.Production,
                Tier = ApiKeyTiers.Admin,
                ExpiresAt = change == "expired" ? TestApi.Start.AddSeconds(20) : null,
            });
        using var call = await StartAsync(secret, "POST " + ManagementApi.Keys, """{"name":"child","type":"production"}""");

        await ChangeAsync(key, change);
        var answer = await call.FinishAsync();

        answer.Should().StartWith($"HTTP/1.1 {status} ").And.Contain($"\"code\":\"{code}\"");
        (await KeysAsync())
            .Should().NotContain(child => child.CreatedBy == key.Id, "a request cannot use rights that were lost");
    }

    [Theory]
    [InlineData("renamed")]
    [InlineData("renamed behind our back")]
    public async Task Create_KeyIsChangedHarmlesslyBeforeTheBodyArrives_IsCreatedForOnePrice(string change)
    {
        var (key, secret) = await _api.IssueAsync(
            new CreateApiKeyRequest { Name = "Slow", Type = ApiKeyTypes.Production, Tier = ApiKeyTiers.Admin });
        using var call = await StartAsync(secret, "POST " + ManagementApi.Keys, """{"name":"child","type":"production"}""");

        await ChangeAsync(key, change);
        var answer = await call.FinishAsync();

        answer.Should().StartWith("HTTP/1.1 201 ").And.Contain("r=998;", "a write costs 2, and evaluating the key again nothing");
        (await KeysAsync()).Should().ContainSingle(child => child.CreatedBy == key.Id);
    }

    [Theory]
    [InlineData("POST /revoke-all")]
    [InlineData("POST /{id}/revoke")]
    [InlineData("POST /{id}/rotate")]
    [InlineData("PATCH /{id}")]
    [InlineData("PUT /ip-allowlist")]
    [InlineData("POST /webhooks")]
    public async Task Change_KeyIsRevokedBeforeTheBodyArrives_ChangesNothing(string path)
    {
        var (leaked, secret) = await _api.IssueAsync(
            new CreateApiKeyRequest { Name = "Leaked", Type = ApiKeyTypes.Production, Tier = ApiKeyTiers.Admin });
        var (fresh, _) = await _api.IssueAsync(
            new CreateApiKeyRequest { Name = "Fresh", Type = ApiKeyTypes.Production, Tier = ApiKeyTiers.Admin });
        var body = path switch
        {
            "PATCH /{id}" => """{"name":"mine"}""",
            "PUT /ip-allowlist" => """{"enabled":true,"networks":["127.0.0.1"]}""",
            "POST /webhooks" => """{"url":"https://93.184.215.14/"}""",
            _ => "{}",
        };
        using var call = await StartAsync(
            secret, path.Replace("/{id}", "/" + fresh.Id).Replace(" /", " " + ManagementApi.Keys + "/"), body);

        await ChangeAsync(leaked, "revoked outside the library");
        var answer = await call.FinishAsync();

        answer.Should().StartWith("HTTP/1.1 401 ").And.Contain("\"code\":\"unauthorized\"");
        (await Store.GetKeyAsync("acme", fresh.Id, Token)).Should().Be(fresh);
        (await Store.GetWorkspaceAsync("acme", Token)).Should().BeNull();
        (await Store.ListWebhooksAsync("acme", null, 10, Token)).Should().BeEmpty();
    }

    [Fact]
    public async Task Create_BodyStallsForGood_IsAnsweredInOurEnvelope()
    {
        var (_, secret) = await _api.IssueAsync(
            new CreateApiKeyRequest { Name = "Slow", Type = ApiKeyTypes.Production, Tier = ApiKeyTiers.Admin });
        using var call = await StartAsync(secret, "POST " + ManagementApi.Keys, """{"name":"child","type":"production"}""");

        _time.Advance(TimeSpan.FromSeconds(31));

        (await call.ReadAsync()).Should().StartWith("HTTP/1.1 408 ").And.Contain("\"code\":\"request_timeout\"");
        _logs.Errors.Should().BeEmpty("a client that stalls is no mistake of ours");
    }

    [Fact]
    public async Task Create_ChunkStallsForGood_IsAnsweredInOurEnvelope()
    {
        var (_, secret) = await _api.IssueAsync(
            new CreateApiKeyRequest { Name = "Slow", Type = ApiKeyTypes.Production, Tier = ApiKeyTiers.Admin });
        using var call = await StartAsync(secret, "POST " + ManagementApi.Keys, "", "Transfer-Encoding: chunked");
        await call.SendAsync("A\r\n{\"name\"");

        _time.Advance(TimeSpan.FromSeconds(31));

        (await call.ReadAsync()).Should().StartWith("HTTP/1.1 408 ").And.Contain("\"code\":\"request_timeout\"");
        _logs.Errors.Should().BeEmpty();
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked", "zz\r\nnot a chunk\r\n")]
    [InlineData("Transfer-Encoding: chunked", "-5\r\n")]
    [InlineData("Transfer-Encoding: chunked", "2\r\n{}what?\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked", "FFFFFFFFFFFFFFFFFF\r\n{}\r\n")]
    public async Task Create_BodyIsNotHttp_IsAnsweredInOurEnvelope(string header, string body)
    {
        var (_, secret) = await _api.IssueAsync(
            new CreateApiKeyRequest { Name = "Slow", Type = ApiKeyTypes.Production, Tier = ApiKeyTiers.Admin });
        using var call = await StartAsync(secret, "POST " + ManagementApi.Keys, body, header);

        (await call.FinishAsync()).Should().StartWith("HTTP/1.1 400 ").And.Contain("\"code\":\"invalid_request\"");
        _logs.Errors.Should().BeEmpty();
    }

    private async Task ChangeAsync(ApiKey key, string change)
    {
        Func<ApiKey, ApiKey>? behind = change switch
        {
            "downgraded behind our back" => stored => stored with { Tier = ApiKeyTiers.Read },
            "bound to networks behind our back" => stored => stored with { AllowedNetworks = ["10.0.0.0/8"] },
            "revoked outside the library" => stored => stored with { RevokedAt = _time.GetUtcNow() },
            "renamed behind our back" => stored => stored with { Name = "Other" },
            _ => null,
        };
        if (behind is not null)
        {
            var changed = behind(key) with { Version = key.Version + 1 };
            (await Store.SaveAsync(new ApiKeyChangeSet { Updated = [changed] }, Token)).Should().Be(ApiKeySaveResult.Saved);
            return;
        }

        await using var scope = _api.Services.CreateAsyncScope();
        var manager = scope.ServiceProvider.GetRequiredService<ApiKeyManager>();
        switch (change)
        {
            case "expired":
                _time.Advance(TimeSpan.FromSeconds(21));
                break;
            case "revoked":
                (await manager.RevokeAsync(_operator, key.Id, cancellationToken: Token)).Succeeded.Should().BeTrue();
                break;
            case "locked out by the workspace":
                var request = new SetAllowlistRequest { IsEnabled = true, Networks = ["10.0.0.0/8"], Force = true };
                var workspaces = scope.ServiceProvider.GetRequiredService<ApiKeyWorkspaceManager>();
                (await workspaces.SetAllowlistAsync(_operator, request, cancellationToken: Token)).Succeeded.Should().BeTrue();
                break;
            default:
                var update = change switch
                {
                    "downgraded" => new UpdateApiKeyRequest { Tier = ApiKeyTiers.Read },
                    "without the permission alone" => new UpdateApiKeyRequest { Tier = ApiKeyTiers.Write },
                    "bound to networks" => new UpdateApiKeyRequest { AllowedNetworks = new(["10.0.0.0/8"]) },
                    _ => new UpdateApiKeyRequest { Name = "Other" },
                };
                (await manager.UpdateAsync(_operator, key.Id, update, cancellationToken: Token)).Succeeded.Should().BeTrue();
                break;
        }
    }

    private async Task<IReadOnlyList<ApiKey>> KeysAsync()
        => await Store.ListKeysAsync(new ApiKeyQuery { Workspace = "acme", Limit = 100, Now = _time.GetUtcNow() }, Token);

    /// <summary>Sends the headers of a call, and waits until the server has verified its key.</summary>
    private async Task<Call> StartAsync(string secret, string line, string body, string? length = null)
    {
        var call = new Call(body);
        await call.ConnectAsync(_api.Address);
        var size = Encoding.UTF8.GetByteCount(body).ToString(CultureInfo.InvariantCulture);
        await call.SendAsync(
            $"{line} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {secret}\r\n"
            + "Content-Type: application/json\r\nConnection: close\r\n"
            + $"{length ?? $"Content-Length: {size}"}\r\n\r\n");
        (await _admitted.WaitAsync(TimeSpan.FromSeconds(30), Token)).Should().BeTrue("the key is valid when the call begins");
        return call;
    }

    private sealed class Call(string body) : IDisposable
    {
        private readonly TcpClient _client = new();

        public Task ConnectAsync(Uri address) => _client.ConnectAsync(IPAddress.Loopback, address.Port, Token).AsTask();

        public async Task SendAsync(string text) => await _client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(text), Token);

        public async Task<string> FinishAsync()
        {
            await SendAsync(body);
            return await ReadAsync();
        }

        public async Task<string> ReadAsync()
        {
            var (answer, buffer) = (new MemoryStream(), new byte[4096]);
            try
            {
                int count;
                while ((count = await _client.GetStream().ReadAsync(buffer, Token)) > 0)
                {
                    answer.Write(buffer, 0, count);
                }
            }
            catch (IOException) when (answer.Length > 0)
            {
                // After a server has responded, it can reset the connection of a client that has not sent the whole body.
            }

            return Encoding.UTF8.GetString(answer.ToArray());
        }

        public void Dispose() => _client.Dispose();
    }
}
