using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Behavior that only a real socket shows.</summary>
public sealed class KestrelTests
{
    [Fact]
    public async Task Get_IPv4ClientOnADualStackSocket_IsItsIPv4Address()
    {
        await using var server = await StartAsync();
        var listed = await server.IssueAsync("127.0.0.1");
        var unlisted = await server.IssueAsync("10.0.0.0/8");

        (await server.SendAsync($"Authorization: Bearer {listed}"))
            .Should().StartWith("HTTP/1.1 200").And.Contain("::ffff:127.0.0.1", "the socket saw a mapped address");
        (await server.SendAsync($"Authorization: Bearer {unlisted}")).Should().StartWith("HTTP/1.1 403");
    }

    [Fact]
    public async Task Get_BytesThatAreNotText_AreNeverA500()
    {
        await using var server = await StartAsync();

        foreach (
            var header in new[]
            {
                "Authorization: Bearer hp_live_\u00ff\u00fe",
                "Authorization: Bearer hp_live_é",
                "Authorization: \u0080",
            })
        {
            (await server.SendAsync(header)).Should().MatchRegex("^HTTP/1.1 (400|401)");
        }
    }

    [Fact]
    public async Task Get_TwoLinesAndLongHeaders_AreRefused()
    {
        await using var server = await StartAsync();
        var secret = await server.IssueAsync("127.0.0.1");

        (await server.SendAsync($"Authorization: Bearer {secret}\r\nAuthorization: Bearer {secret}"))
            .Should().StartWith("HTTP/1.1 401").And.Contain("error=\"invalid_request\"");
        (await server.SendAsync("Authorization: Bearer hp_live_" + new string('x', 8192)))
            .Should().StartWith("HTTP/1.1 401").And.Contain("error=\"invalid_token\"");
        (await server.SendAsync($"Authorization:    Bearer    {secret}   ")).Should().StartWith("HTTP/1.1 200");
    }

    [Fact]
    public async Task Post_BodyAboveTheServersOwnLimit_Is413InOurEnvelope()
    {
        await using var server = await StartAsync(maxBody: 100);
        var secret = await server.IssueAsync("127.0.0.1");

        (await server.SendAsync(
            $"Authorization: Bearer {secret}\r\nContent-Type: application/json\r\nContent-Length: 200",
            "POST /api-keys",
            new string(' ', 200)))
            .Should().StartWith("HTTP/1.1 413").And.Contain("\"code\":\"payload_too_large\"");
    }

    private static async Task<Server> StartAsync(long? maxBody = null) => new(await KestrelApi.StartAsync(
        app =>
        {
            app.MapGet("/read", (HttpContext context) => context.Connection.RemoteIpAddress!.ToString())
                .RequireAuthorization("read");
            app.MapHirePandaApiKeys("/api-keys");
        },
        kestrel: kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = maxBody;
            kestrel.Listen(new IPEndPoint(IPAddress.IPv6Any, 0));
        }));

    private sealed class Server(KestrelApi api) : IAsyncDisposable
    {
        public async Task<string> IssueAsync(string network)
            => (await api.IssueAsync(
            new CreateApiKeyRequest { Name = "Test", Type = ApiKeyTypes.Production, AllowedNetworks = [network] })).Secret;

        /// <summary>Sends raw bytes, one for each character, and reads to the end.</summary>
        public async Task<string> SendAsync(string headers, string request = "GET /read", string body = "")
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, api.Address.Port, TestContext.Current.CancellationToken);
            await using var stream = client.GetStream();
            var bytes = Encoding.Latin1.GetBytes(
                $"{request} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n\r\n{body}");
            await stream.WriteAsync(bytes, TestContext.Current.CancellationToken);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        }

        public ValueTask DisposeAsync() => api.DisposeAsync();
    }
}
