using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.Tests;

/// <summary>What <c>deploy/nginx.conf</c> sends to the nodes, and what it does if they fail.</summary>
public sealed class NginxTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Headers_ThatTheClientForges_AreReplaced()
    {
        await using var nodes = await Nodes.StartAsync();
        using var client = nodes.Nginx.NewClient(IPAddress.Parse("127.0.0.7"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/echo?a=secret");
        request.Headers.Host = "api.hirepanda.test";
        foreach (var name in new[] { "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded" })
        {
            request.Headers.Add(name, "forged");
        }

        using var response = await client.SendAsync(request, Token);

        var headers = nodes.Requests.Single();
        headers["X-Forwarded-For"].ToString().Should().Be("127.0.0.7");
        headers["X-Forwarded-Proto"].ToString().Should().Be("http");
        headers["X-Forwarded-Host"].ToString().Should().Be("api.hirepanda.test");
        headers.Host.ToString().Should().Be("api.hirepanda.test");
        headers.ContainsKey("Forwarded").Should().BeFalse();
        response.Header("Server").Should().Be("nginx", "the version is not the business of clients");
        await Waiting.UntilAsync(() => nodes.Nginx.Log.Contains("\"GET /echo\" 200", StringComparison.Ordinal));
        nodes.Nginx.Log.Should().NotContain("secret");
    }

    [Theory]
    [InlineData("GET", 2)]
    [InlineData("PUT", 2)]
    [InlineData("POST", 1)]
    [InlineData("PATCH", 1)]
    public async Task Request_ThatANodeDoesNotAnswer_IsRepeatedOnlyIfThatIsSafe(string method, int attempts)
    {
        await using var nodes = await Nodes.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), "/abort");

        using var response = await nodes.Nginx.Client.SendAsync(request, Token);

        response.StatusCode.Should().Be(HttpStatusCode.BadGateway);
        nodes.Requests.Should().HaveCount(attempts);
    }

    [Fact]
    public async Task Response_WithAnError_ReachesTheClientAsItIs()
    {
        await using var nodes = await Nodes.StartAsync();

        using var response = await nodes.Nginx.Client.GetAsync("/unavailable", Token);

        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        response.Header("Retry-After").Should().Be("1");
        (await response.TextAsync()).Should().Be("""{"error":{}}""");
        nodes.Requests.Should().ContainSingle("the answer of a node is final");
    }

    [Theory]
    [InlineData("/metrics")]
    [InlineData("/METRICS/")]
    [InlineData("/%6detrics")]
    [InlineData("//metrics")]
    [InlineData("/x/../metrics")]
    [InlineData("/health/ready")]
    public async Task Paths_OfThePlatform_AreNotPublished(string path)
    {
        await using var nodes = await Nodes.StartAsync();
        var address = new Uri(nodes.Nginx.Client.BaseAddress + path[1..], new UriCreationOptions
        {
            DangerousDisablePathAndQueryCanonicalization = true,
        });

        using var response = await nodes.Nginx.Client.GetAsync(address, Token);
        using var live = await nodes.Nginx.Client.GetAsync("/health/live", Token);

        response.StatusCode.Should().Be(HttpStatusCode.NotFound);
        live.StatusCode.Should().Be(HttpStatusCode.OK);
        nodes.Requests.Should().ContainSingle();
    }

    /// <summary>Two servers that remember the headers of their requests, behind nginx.</summary>
    private sealed class Nodes : IAsyncDisposable
    {
        private readonly List<WebApplication> _nodes = [];

        public ConcurrentQueue<IHeaderDictionary> Requests { get; } = [];

        public NginxServer Nginx { get; private set; } = null!;

        public static async Task<Nodes> StartAsync()
        {
            var nodes = new Nodes();
            int[] ports = [Repository.FreePort(), Repository.FreePort()];
            foreach (var port in ports)
            {
                var builder = WebApplication.CreateBuilder();
                builder.Logging.ClearProviders();
                builder.WebHost.UseUrls(Repository.Invariant($"http://127.0.0.1:{port}"));
                var app = builder.Build();
                app.Run(nodes.AnswerAsync);
                await app.StartAsync(Token);
                nodes._nodes.Add(app);
            }

            nodes.Nginx = await NginxServer.StartAsync(ports[0], ports[1]);
            return nodes;
        }

        public async ValueTask DisposeAsync()
        {
            await Nginx.DisposeAsync();
            foreach (var node in _nodes)
            {
                await node.DisposeAsync();
            }
        }

        private async Task AnswerAsync(HttpContext context)
        {
            Requests.Enqueue(new HeaderDictionary(context.Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase)));
            switch (context.Request.Path)
            {
                case "/abort":
                    context.Abort();
                    break;
                case "/unavailable":
                    context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                    context.Response.Headers.RetryAfter = "1";
                    await context.Response.WriteAsync("""{"error":{}}""");
                    break;
            }
        }
    }
}
