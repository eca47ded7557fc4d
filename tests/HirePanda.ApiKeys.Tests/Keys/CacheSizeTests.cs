using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The share of the cache that one workspace can use.</summary>
public sealed class CacheSizeTests
{
    private const int Capacity = 200;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cache_WorkspaceWithHugeKeys_HoldsOnlyAsManyAsTheirSizeAllows()
    {
        await using var api = await TestApi.StartAsync(options => options.Cache.Capacity = Capacity);
        var others = await KeyValidatedAsync(api, "acme", 50, networks: 0);

        var huge = await KeyValidatedAsync(api, "huge", 60, networks: 300);

        huge.Count(secret => IsCached(api, secret)).Should().BeInRange(1, 8, "each takes some 35 KiB, and there is room for 150");
        others.Should().OnlyContain(secret => IsCached(api, secret));
    }

    [Fact]
    public async Task Cache_WorkspaceWithMoreKeysThanFit_EvictsItsOwn()
    {
        await using var api = await TestApi.StartAsync(options => options.Cache.Capacity = Capacity);
        var others = await KeyValidatedAsync(api, "acme", 50, networks: 0);

        var many = await KeyValidatedAsync(api, "many", 500, networks: 0);

        others.Should().OnlyContain(secret => IsCached(api, secret));
        many.Count(secret => IsCached(api, secret)).Should().BeInRange(100, 150);
        IsCached(api, many[^1]).Should().BeTrue("the newcomer is taken in");
    }

    [Fact]
    public async Task Cache_KeyLargerThanTheWholeCache_IsCachedAlone()
    {
        await using var api = await TestApi.StartAsync(options => options.Cache.Capacity = 5);
        await KeyValidatedAsync(api, "acme", 5, networks: 0);

        var large = await KeyValidatedAsync(api, "huge", 1, networks: 300);

        IsCached(api, large[0]).Should().BeTrue();
        var small = await KeyValidatedAsync(api, "acme", 1, networks: 0);
        IsCached(api, small[0]).Should().BeTrue();
        IsCached(api, large[0]).Should().BeFalse();
    }

    private static async Task<List<string>> KeyValidatedAsync(TestApi api, string workspace, int count, int networks)
    {
        var secrets = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var (_, secret) = api.Issue(change: key => key with
            {
                Workspace = workspace,
                AllowedNetworks = [.. Enumerable.Range(0, networks).Select(number => $"10.{number / 250}.{number % 250}.0/24")],
            });
            secrets.Add(secret);
            await api.Verifier.VerifyAsync(secret, default, Token);
            api.Time.Advance(TimeSpan.FromMilliseconds(1));
        }

        return secrets;
    }

    private static bool IsCached(TestApi api, string secret)
    {
        var hash = api.Services.GetRequiredService<ApiKeySettings>()
            .Current.Hasher.Hash(System.Text.Encoding.ASCII.GetBytes(secret));
        return api.Services.GetRequiredService<KeyCache>().Get(hash) is not null;
    }
}
