using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Every response on a real server is counted, however it ends.</summary>
public sealed class UsageEndingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("throws", 500, true)]
    [InlineData("throws-late", 200, true)]
    [InlineData("aborts", 200, true)]
    [InlineData("sent-events", 200, false)]
    public async Task Response_HoweverItEnds_CountsOnce(string path, int status, bool isMeasured)
    {
        await using var server = await StartAsync();
        try
        {
            using var response = await server.Client.GetAsync(path, Token);
            await response.Content.ReadAsStringAsync(Token);
        }
        catch (HttpRequestException)
        {
            // The request was aborted.
        }

        (await server.CountedAsync()).Should().Be(($"GET /{path}", status, isMeasured));
    }

    [Fact]
    public async Task Response_ThatTheClientDoesNotWaitFor_CountsAs499()
    {
        await using var server = await StartAsync();
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(IPAddress.Loopback, server.Client.BaseAddress!.Port, Token);
            await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(
                "GET /waits HTTP/1.1\r\nHost: x\r\n"
            + $"Authorization: {server.Client.DefaultRequestHeaders.Authorization}\r\n\r\n"), Token);
            await server.Waiting;
        }

        (await server.CountedAsync()).Should().Be(("GET /waits", 499, true));
    }

    [Fact]
    public async Task WebSocket_CountsAsOneRequest_WithoutLatency()
    {
        await using var server = await StartAsync();
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", server.Client.DefaultRequestHeaders.Authorization!.ToString());
        await socket.ConnectAsync(new UriBuilder(server.Client.BaseAddress!) { Scheme = "ws", Path = "socket" }.Uri, Token);
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Token);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Token);

        (await server.CountedAsync()).Should().Be(("GET /socket", 101, false));
    }

    private static async Task<Server> StartAsync()
    {
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var api = await KestrelApi.StartAsync(app =>
        {
            app.UseWebSockets();
            app.UseAuthentication();
            app.UseAuthorization();
            app.MapGet("/throws", () => { throw new InvalidOperationException("on purpose"); }).RequireAuthorization("read");
            app.MapGet("/throws-late", async (HttpContext context) =>
            {
                await context.Response.StartAsync();
                throw new InvalidOperationException("on purpose");
            }).RequireAuthorization("read");
            app.MapGet("/aborts", async (HttpContext context) =>
            {
                await context.Response.StartAsync();
                context.Abort();
            }).RequireAuthorization("read");
            app.MapGet("/sent-events", (HttpContext context) =>
            {
                context.Response.ContentType = "text/event-stream";
                return context.Response.WriteAsync("data: 1\n\n");
            }).RequireAuthorization("read");
            app.MapGet("/waits", async (HttpContext context) =>
            {
                waiting.SetResult();
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }).RequireAuthorization("read");
            app.MapGet("/socket", async (HttpContext context) =>
            {
                using var socket = await context.WebSockets.AcceptWebSocketAsync();
                var buffer = new byte[100];
                while ((await socket.ReceiveAsync(buffer, default)).MessageType != WebSocketMessageType.Close)
                {
                    // Reads until the other side closes the connection.
                }

                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
            }).RequireAuthorization("read");
        });
        var (key, secret) = await api.IssueAsync(new CreateApiKeyRequest { Name = "Test", Type = ApiKeyTypes.Production });
        return new Server(api, key.Id, secret, waiting.Task);
    }

    private sealed class Server(KestrelApi api, string keyId, string secret, Task waiting) : IAsyncDisposable
    {
        public HttpClient Client { get; } = new()
        {
            BaseAddress = api.Address,
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", secret) },
        };

        public Task Waiting => waiting;

        /// <summary>Waits until a request is counted, and returns the counts.</summary>
        public async Task<(string Endpoint, int Status, bool IsMeasured)> CountedAsync()
        {
            ApiKeyUsageReport report;
            var patience = System.Diagnostics.Stopwatch.StartNew();
            do
            {
                await using var scope = api.Services.CreateAsyncScope();
                var actor = new ApiKeyActor { Id = "tests", Workspace = "acme", Tier = "admin" };
                var reporter = scope.ServiceProvider.GetRequiredService<ApiKeyUsageReporter>();
                report = (await reporter.GetAsync(actor, new() { KeyId = keyId }, Token)).Value!;
                patience.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(30));
            }
            while (report.Totals.Requests == 0);

            report.Totals.Requests.Should().Be(1);
            return (report.ByEndpoint[0].Name, int.Parse(report.ByStatus[0].Name), report.Totals.Latency is not null);
        }

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            await api.DisposeAsync();
        }
    }
}
