using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>A kept-alive connection. The hash of its last secret is remembered, but every check still runs.</summary>
public sealed class ConnectionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connection_ThatSendsTheSameHeader_IsTheSameStringToTheServer()
    {
        await using var server = await StartAsync();
        var secret = await server.IssueAsync("a");

        (await server.GetAsync("/same", secret)).Should().Be("a False");
        (await server.GetAsync("/same", secret)).Should().Be("a True", "otherwise there would be nothing to remember");
    }

    [Fact]
    public async Task Connection_ThatSendsAnotherSecret_IsAnotherKey()
    {
        await using var server = await StartAsync();
        var (one, other) = (await server.IssueAsync("a"), await server.IssueAsync("b"));

        foreach (var (secret, name) in new[] { (one, "a"), (one, "a"), (other, "b"), (one, "a"), (other, "b"), (other, "b") })
        {
            (await server.GetAsync("/read", secret)).Should().Be(name);
        }
    }

    [Fact]
    public async Task Connection_WhoseKeyIsRevokedOrUsedUp_IsRefusedAtOnce()
    {
        await using var server = await StartAsync();
        var secret = await server.IssueAsync("a", key => key with { RateLimits = [new RateLimit(3, TimeSpan.FromHours(1))] });
        for (var i = 0; i < 3; i++)
        {
            (await server.GetAsync("/read", secret)).Should().Be("a");
        }

        (await server.GetAsync("/read", secret)).Should().Be("429");
        var revoked = await server.IssueAsync("b");
        (await server.GetAsync("/read", revoked)).Should().Be("b");
        (await server.GetAsync("/read", revoked)).Should().Be("b");
        await server.RevokeAsync("b");
        (await server.GetAsync("/read", revoked)).Should().Be("401");
        (await server.GetAsync("/read", revoked)).Should().Be("401");
    }

    [Fact]
    public async Task Connection_ThatKeepsSendingJunk_IsRefusedAndCountedEachTime()
    {
        await using var server = await StartAsync(options => options.FailedAttempts.AlertThreshold = 4);
        var attempts = new List<int>();
        server.Services.GetRequiredService<FailedAttempts>().Reached += (_, _, count, _) => attempts.Add(count);
        var secret = await server.IssueAsync("a");
        var junk = secret[..^1] + (secret[^1] == '0' ? '1' : '0');

        foreach (
            var (sent, answer) in new[]
            {
                (junk, "401"),
                (junk, "401"),
                (junk, "401"),
                (secret, "a"),
                (junk, "401"),
                (secret, "a"),
            })
        {
            (await server.GetAsync("/read", sent)).Should().Be(answer);
        }

        attempts.Should().Equal(4);
    }

    [Fact]
    public async Task Connection_WhoseTokenTheHostLaterAccepts_IsAdmitted()
    {
        var isKnown = false;
        await using var server = await StartAsync(options => options.IsLegacySecret = token => isKnown && token == "hp_old");
        await server.IssueAsync("a", key => key with { Hash = new ApiKeyHash(SHA256.HashData("hp_old"u8)) });
        (await server.GetAsync("/read", "hp_old")).Should().Be("401");
        (await server.GetAsync("/read", "hp_old")).Should().Be("401");

        isKnown = true;

        (await server.GetAsync("/read", "hp_old")).Should().Be("a");
    }

    [Fact]
    public async Task Connection_WhoseTokenTheHostNoLongerAccepts_IsRefusedAtOnce()
    {
        var isKnown = true;
        await using var server = await StartAsync(options => options.IsLegacySecret = token => isKnown && token == "old");
        await server.IssueAsync("a", key => key with { Hash = new ApiKeyHash(SHA256.HashData("old"u8)) });
        for (var i = 0; i < 3; i++)
        {
            (await server.GetAsync("/read", "old")).Should().Be("a");
        }

        isKnown = false;

        (await server.GetAsync("/read", "old")).Should().Be("401");
    }

    private static async Task<Server> StartAsync(Action<ApiKeyOptions>? options = null) => new(await KestrelApi.StartAsync(
        app =>
        {
            app.MapGet("/read", (HttpContext context) => context.GetApiKey()!.Name).RequireAuthorization("read");
            app.MapGet("/same", (HttpContext context) =>
            {
                var items = context.Features.Get<IConnectionItemsFeature>()!.Items;
                var header = context.Request.Headers.Authorization[0];
                var isSame = ReferenceEquals(items.TryGetValue("last", out var last) ? last : null, header);
                items["last"] = header;
                return $"{context.GetApiKey()!.Name} {isSame}";
            }).RequireAuthorization("read");
        },
        options));

    private sealed class Server(KestrelApi api) : IAsyncDisposable
    {
        private static readonly ApiKeyActor _admin = new() { Id = "tests", Workspace = "acme", Tier = "admin" };

        private readonly Dictionary<string, string> _ids = [];
        private readonly HttpClient _client = new(new SocketsHttpHandler { MaxConnectionsPerServer = 1 })
        {
            BaseAddress = api.Address,
        };

        public IServiceProvider Services => api.Services;

        public async Task<string> IssueAsync(string name, Func<ApiKey, ApiKey>? change = null)
        {
            var (key, secret) = await api.IssueAsync(
                new CreateApiKeyRequest { Name = name, Type = ApiKeyTypes.Production }, change);
            _ids[name] = key.Id;
            return secret;
        }

        public async Task RevokeAsync(string name)
        {
            await using var scope = Services.CreateAsyncScope();
            var manager = scope.ServiceProvider.GetRequiredService<ApiKeyManager>();
            (await manager.RevokeAsync(_admin, _ids[name], cancellationToken: Token)).Succeeded.Should().BeTrue();
        }

        /// <summary>Gets the body of the response, or its status if the response is empty.</summary>
        public async Task<string> GetAsync(string path, string secret)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Authorization = new("Bearer", secret);
            using var response = await _client.SendAsync(request, Token);
            return response.StatusCode == HttpStatusCode.OK ? await response.TextAsync() : $"{(int)response.StatusCode}";
        }

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await api.DisposeAsync();
        }
    }
}
