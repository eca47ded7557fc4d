using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Several nodes with different clocks.</summary>
public sealed class NodeTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private static readonly int _rounds = Environment.GetEnvironmentVariable("HIREPANDA_LONG") == "1" ? 100 : 5;

    [Fact]
    public async Task Nodes_WithAnyClocks_AdmitExactlyThePermitsTogether()
    {
        var random = new Random(20261128);
        for (var round = 0; round < _rounds; round++)
        {
            var store = new InMemoryApiKeyStore();
            var clocks = Enumerable.Range(0, random.Next(2, 5)).Select(_ => random.Next(-2500, 2501)).ToArray();
            var nodes = await Task.WhenAll(Array.ConvertAll(clocks, milliseconds => RedisNode.StartAsync(
                redis.Server.ConnectionString,
                store,
                time: new ShiftedClock(TimeSpan.FromMilliseconds(milliseconds)))));
            try
            {
                var permits = random.Next(1, 200);
                var key = await nodes[0].IssueAsync(
                    new RateLimit(permits, TimeSpan.FromDays(30)), new RateLimit(300, TimeSpan.FromDays(31)));
                var admitted = 0;
                await Parallel.ForAsync(0, 2 * permits + 50, TestContext.Current.CancellationToken, async (i, _) =>
                {
                    if (await nodes[i % nodes.Length].AdmitsAsync(key.Secret))
                    {
                        Interlocked.Increment(ref admitted);
                    }
                });

                admitted.Should().Be(permits, "round {0} has {1} nodes with the clocks {2}", round, nodes.Length, clocks);
                nodes.Sum(node => node.Fallbacks).Should().Be(0);
            }
            finally
            {
                foreach (var node in nodes)
                {
                    await node.DisposeAsync();
                }
            }
        }
    }

    [Fact]
    public async Task Response_OfEveryNode_HasTheSharedPermits()
    {
        var store = new InMemoryApiKeyStore();
        await using var first = await RedisNode.StartAsync(redis.Server.ConnectionString, store);
        await using var second = await RedisNode.StartAsync(redis.Server.ConnectionString, store);
        var key = await first.IssueAsync(new RateLimit(2, TimeSpan.FromHours(1)));

        using var one = await first.GetAsync(key.Secret);
        using var two = await second.GetAsync(key.Secret);
        using var refused = await first.GetAsync(key.Secret);

        one.Header("RateLimit").Should().Be("\"default\";r=1;t=1800");
        two.Header("RateLimit").Should().Be("\"default\";r=0;t=1800");
        refused.Header("RateLimit").Should().Be("\"default\";r=0;t=1800");
        refused.Header("Retry-After").Should().Be("1800");
        (await refused.CodeAsync()).Should().Be("rate_limited");
    }

    [Fact]
    public async Task Clients_WithAcceptedCredentials_ShareTheirLimitToo()
    {
        var store = new InMemoryApiKeyStore();
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        List<HttpStatusCode> statuses = [];
        for (var i = 0; i < 8; i++)
        {
            statuses.Add(await (i % 2 == 0 ? first : second).StatusAsync("token-of-an-app"));
        }

        statuses.Count(status => status == HttpStatusCode.OK).Should().Be(5);
        statuses[5..].Should().AllBeEquivalentTo(HttpStatusCode.TooManyRequests);
        (first.Fallbacks + second.Fallbacks).Should().Be(0);

        Task<RedisNode> StartAsync() => RedisNode.StartAsync(redis.Server.ConnectionString, store, services: services =>
        {
            services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, AppHandler>("App", configureOptions: null);
            new ApiKeyBuilder(services).AcceptScheme("App");
            services.Configure<ApiKeyOptions>(
                ApiKeyDefaults.AuthenticationScheme, options => options.DefaultRateLimit = new(5, TimeSpan.FromHours(1)));
        });
    }

    /// <summary>Accepts every token as that of the same app.</summary>
    private sealed class AppHandler(
        IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            Claim[] claims = [new("client_id", "app"), new("workspace", "acme"), new("scope", "read")];
            var principal = new ClaimsPrincipal(new ClaimsIdentity(claims, "App"));
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(principal, "App")));
        }
    }

    private sealed class ShiftedClock(TimeSpan difference) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + difference;
    }
}
