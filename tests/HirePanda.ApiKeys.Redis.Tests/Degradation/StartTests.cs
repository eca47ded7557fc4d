using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace HirePanda.ApiKeys.Tests;

/// <summary>A host that starts with a Redis that cannot be used.</summary>
public sealed class StartTests
{
    private static readonly RateLimit _limit = new(10, TimeSpan.FromHours(1));

    [Theory]
    [InlineData("localhost:6379,retries=3", "the configuration is not valid: ")]
    [InlineData("127.0.0.1:1", "Connection refused")]
    [InlineData("no-such-host.invalid:6379", "Name or service not known")]
    public Task Start_WrongConnectionString(string connectionString, string reason) => CheckAsync(connectionString, reason);

    [Theory]
    [InlineData("")]
    [InlineData(",password=wrong")]
    public async Task Start_WrongPassword(string password)
    {
        await using var server = await RedisServer.StartAsync("--requirepass", "right");
        await CheckAsync(server.ConnectionString + password, "Verify if the Redis password provided is correct");
    }

    [Fact]
    public async Task Start_ReadOnlyReplica()
    {
        await using var server = await RedisServer.StartAsync("--replicaof", "127.0.0.1", "1");
        await CheckAsync(server.ConnectionString, "the server is a read-only replica");
    }

    [Fact]
    public async Task Start_ServerThatIsTooOld()
    {
        await using var server = await RedisServer.StartAsync();
        await using var old = new OldServer(server);
        await CheckAsync(old.ConnectionString, "the server has version 5.");
    }

    [Fact]
    public async Task Start_ServerThatHangs_DoesNotDelayTheHostForLong()
    {
        await using var server = await RedisServer.StartAsync();
        await server.HangAsync();
        try
        {
            await using var node = await RedisNode.StartAsync(server.ConnectionString, new InMemoryApiKeyStore())
                .WaitAsync(TimeSpan.FromSeconds(12), TestContext.Current.CancellationToken);
            (await node.StatusAsync((await node.IssueAsync(_limit)).Secret)).Should().Be(HttpStatusCode.OK);
            await server.ContinueAsync();
            await Waiting.UntilAsync(() => node.SharesLimits, seconds: 5);
        }
        finally
        {
            await server.ContinueAsync();
        }
    }

    [Theory]
    [InlineData(0, "hirepanda:")]
    [InlineData(1001, "hirepanda:")]
    [InlineData(40, "")]
    public async Task Start_OptionOutOfRange_StopsTheHost(int milliseconds, string prefix)
    {
        var act = () => RedisNode.StartAsync("127.0.0.1:1", new InMemoryApiKeyStore(), options =>
        {
            options.Timeout = TimeSpan.FromMilliseconds(milliseconds);
            options.KeyPrefix = prefix;
        });
        await act.Should().ThrowAsync<Microsoft.Extensions.Options.OptionsValidationException>().WithMessage("Redis *");
    }

    [Fact]
    public async Task AddRedis_WithTheHostsConnection_UsesItAndDoesNotCloseIt()
    {
        await using var server = await RedisServer.StartAsync();
        await using var own = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        await using (var node = await RedisNode.StartAsync("", new InMemoryApiKeyStore(), own: own))
        {
            var key = await node.IssueAsync(_limit);
            (await node.StatusAsync(key.Secret)).Should().Be(HttpStatusCode.OK);
            (await own.GetDatabase().KeyExistsAsync($"hirepanda:limits:{{{key.Key.Id}}}")).Should().BeTrue();
        }

        own.IsConnected.Should().BeTrue();
        (await own.GetDatabase().PingAsync()).Should().BePositive();
    }

    [Fact]
    public void AddRedis_Twice_SaysSo()
    {
        var keys = new ServiceCollection().AddHirePandaApiKeys().AddRedis("localhost");

        keys.Invoking(builder => builder.AddRedis("localhost")).Should().Throw<InvalidOperationException>()
            .WithMessage("AddRedis is called twice*");
    }

    private static async Task CheckAsync(string connectionString, string reason)
    {
        await using (var node = await RedisNode.StartAsync(connectionString, new InMemoryApiKeyStore()))
        {
            var key = await node.IssueAsync(_limit);
            (await node.StatusAsync(key.Secret)).Should().Be(HttpStatusCode.OK);
            node.RedisMessages.Should().ContainSingle().Which.Should().Contain(reason).And.NotContain("wrong");
            node.SharesLimits.Should().BeFalse();
            node.Fallbacks.Should().Be(1);
        }

        foreach (var mode in new[] { RedisDegradationMode.Admit, RedisDegradationMode.Refuse })
        {
            var act = () => RedisNode.StartAsync(
                connectionString, new InMemoryApiKeyStore(), options => options.DegradationMode = mode);
            (await act.Should().ThrowAsync<InvalidOperationException>()).WithMessage($"Redis cannot be used *{reason}*");
        }
    }

    /// <summary>A proxy that changes the major version that a server reports to 5.</summary>
    private sealed class OldServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, Repository.FreePort());
        private readonly RedisServer _server;
        private readonly byte[] _version;
        private readonly Task _run;

        public OldServer(RedisServer server)
        {
            _server = server;
            _version = Encoding.ASCII.GetBytes(server.Admin.Version.ToString());
            _listener.Start();
            _run = RunAsync();
        }

        public string ConnectionString => _listener.LocalEndpoint.ToString()!;

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        private async Task RunAsync()
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                var server = new TcpClient();
                await server.ConnectAsync(IPAddress.Loopback, _server.Port);
                _ = CopyAsync(client, server, replaces: false);
                _ = CopyAsync(server, client, replaces: true);
            }
        }

        private async Task CopyAsync(TcpClient from, TcpClient to, bool replaces)
        {
            using (from)
            using (to)
            {
                var buffer = new byte[65_536];
                while (await from.GetStream().ReadAsync(buffer) is > 0 and var count)
                {
                    for (var at = 0; replaces && buffer.AsSpan(at, count - at).IndexOf(_version) is >= 0 and var index; at++)
                    {
                        at += index;
                        buffer[at] = (byte)'5';
                    }

                    await to.GetStream().WriteAsync(buffer.AsMemory(0, count));
                }
            }
        }
    }
}
