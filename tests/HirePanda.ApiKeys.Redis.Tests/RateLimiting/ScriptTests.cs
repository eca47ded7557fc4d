using StackExchange.Redis;

namespace HirePanda.ApiKeys.Tests;

/// <summary>What is in Redis, and what is sent to it.</summary>
public sealed class ScriptTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private static readonly RateLimit _limit = new(3, TimeSpan.FromMinutes(1));

    [Fact]
    public async Task Keys_AreHashTaggedAndExpire()
    {
        await using var node = await StartAsync();
        var key = await node.IssueAsync(_limit);

        (await node.AdmitsAsync(key.Secret)).Should().BeTrue();

        var name = Name(key);
        (await redis.Server.Database.KeyTimeToLiveAsync(name))!.Value.TotalSeconds.Should().BeInRange(15, 22);
        redis.Server.Admin.Keys(pattern: "*").Should().OnlyContain(
            any => any.ToString().StartsWith("hirepanda:limits:{", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Prefix_StartsEveryKey()
    {
        await redis.Server.Admin.FlushDatabaseAsync();
        await using var node = await RedisNode.StartAsync(
            redis.Server.ConnectionString, new InMemoryApiKeyStore(), options => options.KeyPrefix = "other:");
        var key = await node.IssueAsync(_limit);

        (await node.AdmitsAsync(key.Secret)).Should().BeTrue();

        redis.Server.Admin.Keys(pattern: "*").Should().NotBeEmpty()
            .And.OnlyContain(any => any.ToString().StartsWith("other:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("string")]
    [InlineData("list")]
    [InlineData("hash")]
    public async Task Take_ForeignValueUnderTheKey_IsReplaced(string kind)
    {
        await using var node = await StartAsync();
        var key = await node.IssueAsync(_limit);
        var (database, name) = (redis.Server.Database, Name(key));
        await (kind switch
        {
            "string" => database.StringSetAsync(name, "not ours"),
            "list" => database.ListRightPushAsync(name, "not ours"),
            _ => (Task)database.HashSetAsync(
                name, [new("x", "y"), new("3/60", "junk"), new("0/0", "1:1"), new("9/9", "-1:x"), new("empty", "soon")]),
        });

        for (var i = 0; i < 3; i++)
        {
            (await node.AdmitsAsync(key.Secret)).Should().BeTrue();
        }

        (await node.AdmitsAsync(key.Secret)).Should().BeFalse();
        (await database.HashKeysAsync(name)).Should().Equal("3/60");
        node.Fallbacks.Should().Be(0);
    }

    [Fact]
    public async Task Take_AfterTheServerForgotItsScripts_LoadsTheScriptAgain()
    {
        await using var node = await StartAsync();
        var key = await node.IssueAsync(_limit);
        (await node.AdmitsAsync(key.Secret)).Should().BeTrue();

        await redis.Server.Admin.ScriptFlushAsync();

        (await node.AdmitsAsync(key.Secret)).Should().BeTrue();
        (await redis.Server.Database.HashLengthAsync(Name(key))).Should().Be(1);
        node.Fallbacks.Should().Be(0);
        node.SharesLimits.Should().BeTrue();
    }

    [Fact]
    public async Task Take_RefusedAlready_MakesNoRoundTrip()
    {
        await using var node = await StartAsync();
        var key = await node.IssueAsync(_limit, new RateLimit(10, TimeSpan.FromHours(1)));
        for (var i = 0; i < 3; i++)
        {
            await node.AdmitsAsync(key.Secret);
        }

        var before = await CallsAsync();
        for (var i = 0; i < 50; i++)
        {
            (await node.AdmitsAsync(key.Secret)).Should().BeFalse();
        }

        (await CallsAsync()).Should().Be(before);
        (await node.AdmitsAsync((await node.IssueAsync(_limit)).Secret)).Should().BeTrue();
        (await CallsAsync()).Should().Be(before + 1, "each decision of Redis is one call");
    }

    private static RedisKey Name(IssuedApiKey key) => $"hirepanda:limits:{{{key.Key.Id}}}";

    private async Task<RedisNode> StartAsync()
    {
        await redis.Server.Admin.FlushDatabaseAsync();
        return await RedisNode.StartAsync(redis.Server.ConnectionString, new InMemoryApiKeyStore());
    }

    private async Task<long> CallsAsync()
    {
        var statistics = await redis.Server.Admin.InfoAsync("commandstats");
        var (_, value) = statistics.SelectMany(group => group).Single(entry => entry.Key == "cmdstat_evalsha");
        return long.Parse(value.Split('=', ',')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
