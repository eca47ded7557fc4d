namespace HirePanda.ApiKeys.EntityFrameworkCore.Tests;

/// <content>Usage.</content>
public abstract partial class StoreConformance
{
    private static readonly DateTimeOffset _minute = new(2026, 11, 24, 12, 30, 0, TimeSpan.Zero);

    [Fact]
    public async Task SaveUsage_AddsToWhatIsThere_ButABatchOnlyOnce()
    {
        var store = (IApiKeyUsageStore)await NewStoreAsync();
        var first = new ApiKeyUsageBatch("1", _minute, [Row(_minute, "GET /jobs", bucket: 7, requests: 3, errors: 1), Row(_minute, "GET /jobs", bucket: 8, requests: 1)]);
        var second = new ApiKeyUsageBatch("2", _minute, [Row(_minute, "GET /jobs", bucket: 7, requests: 5_000_000_000, errors: 2)]);

        await store.SaveUsageAsync(first, Token);
        await store.SaveUsageAsync(second, Token);
        await store.SaveUsageAsync(first, Token);
        await store.SaveUsageAsync(second, Token);

        (await store.SumUsageAsync(Query(), Token)).Should().BeEquivalentTo(new ApiKeyUsageSum[]
        {
            new(default, "GET /jobs", 7, 5_000_000_003, 3),
            new(default, "GET /jobs", 8, 1, 0),
        });
    }

    [Fact]
    public async Task SumUsage_SeesItsOwnScopeAndRangeAlone()
    {
        var store = (IApiKeyUsageStore)await NewStoreAsync();
        ApiKeyUsageRow[] rows =
        [
            Row(_minute, "a", requests: 1),
            Row(_minute.AddMinutes(1), "a", requests: 2),
            Row(_minute.AddMinutes(1), "b", requests: 4),
            Row(_minute.AddMinutes(2), "b", requests: 8),
            Row(_minute, "a", requests: 16, keyId: "k"),
            Row(_minute, "a", requests: 32, workspace: "other"),
            Row(_minute, "a", requests: 64, level: ApiKeyUsageLevel.Hour),
            Row(_minute, "a", requests: 128, dimension: ApiKeyUsageDimension.Country),
        ];
        await store.SaveUsageAsync(new ApiKeyUsageBatch("1", _minute, rows), Token);

        (await store.SumUsageAsync(Query() with { To = _minute.AddMinutes(2) }, Token)).Should().BeEquivalentTo(
            new ApiKeyUsageSum[] { new(default, "a", 0, 3, 0), new(default, "b", 0, 4, 0) });
        (await store.SumUsageAsync(Query() with { From = _minute.AddMinutes(1), ByTime = true }, Token)).Should().BeEquivalentTo(new ApiKeyUsageSum[]
        {
            new(_minute.AddMinutes(1), "a", 0, 2, 0),
            new(_minute.AddMinutes(1), "b", 0, 4, 0),
            new(_minute.AddMinutes(2), "b", 0, 8, 0),
        });
        (await store.SumUsageAsync(Query() with { KeyId = "k" }, Token)).Should().ContainSingle().Which.Requests.Should().Be(16);
        (await store.SumUsageAsync(Query() with { Workspace = "nobody" }, Token)).Should().BeEmpty();
    }

    [Fact]
    public async Task PruneUsage_DropsOldRowsOfItsLevelAlone()
    {
        var store = (IApiKeyUsageStore)await NewStoreAsync();
        ApiKeyUsageRow[] rows =
        [
            Row(_minute, "a"),
            Row(_minute.AddMinutes(1), "b"),
            Row(_minute, "c", level: ApiKeyUsageLevel.Hour),
        ];
        await store.SaveUsageAsync(new ApiKeyUsageBatch("1", _minute, rows), Token);

        await store.PruneUsageAsync(ApiKeyUsageLevel.Minute, _minute.AddMinutes(1), Token);

        (await store.SumUsageAsync(Query(), Token)).Select(sum => sum.Name).Should().Equal("b");
        (await store.SumUsageAsync(Query() with { Level = ApiKeyUsageLevel.Hour }, Token)).Select(sum => sum.Name).Should().Equal("c");
    }

    [Fact]
    public async Task SaveUsage_OfSeveralWritersAndManyRows_AddsUp()
    {
        var store = (IApiKeyUsageStore)await NewStoreAsync();
        var rows = Enumerable.Range(0, 6_000).Select(i => Row(_minute, $"endpoint {i % 3_000}", bucket: i / 3_000, errors: 1)).ToArray();

        await Parallel.ForAsync(0, 4, Token, async (writer, token) =>
        {
            // Each in an order of its own.
            var shuffled = rows.ToArray();
            Random.Shared.Shuffle(shuffled);
            await store.SaveUsageAsync(new ApiKeyUsageBatch($"{writer}", _minute, shuffled), token);
        });

        var sums = await store.SumUsageAsync(Query(), Token);
        sums.Should().HaveCount(6_000).And.OnlyContain(sum => sum.Requests == 4 && sum.Errors == 4);
    }

    private static ApiKeyUsageRow Row(
        DateTimeOffset at,
        string name,
        int bucket = 0,
        long requests = 1,
        long errors = 0,
        string keyId = "",
        string workspace = "acme",
        ApiKeyUsageLevel level = ApiKeyUsageLevel.Minute,
        ApiKeyUsageDimension dimension = ApiKeyUsageDimension.Endpoint)
        => new(new ApiKeyUsageSlot(workspace, keyId, level, at, dimension, name, bucket), requests, errors);

    private static ApiKeyUsageQuery Query() => new()
    {
        Workspace = "acme",
        Level = ApiKeyUsageLevel.Minute,
        Dimension = ApiKeyUsageDimension.Endpoint,
        From = _minute.AddDays(-1),
        To = _minute.AddDays(1),
    };
}
