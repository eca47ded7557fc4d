using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.EntityFrameworkCore.Tests;

/// <content>Usage.</content>
public abstract partial class StoreConformance
{
    private static readonly DateTimeOffset _minute = new(2026, 11, 24, 12, 30, 0, TimeSpan.Zero);

    [Fact]
    public async Task SaveUsage_AddsToWhatIsThere_ButABatchOnlyOnce()
    {
        var store = (await NewHostAsync()).GetRequiredService<IApiKeyUsageStore>();
        var first = Batch(
            "1",
            Row(_minute, "GET /jobs", bucket: 7, requests: 3, errors: 1),
            Row(_minute, "GET /jobs", bucket: 8, requests: 1));
        var second = Batch("2", Row(_minute, "GET /jobs", bucket: 7, requests: 5_000_000_000, errors: 2));

        await store.SaveUsageAsync(first, Token);
        await store.SaveUsageAsync(second, Token);
        await store.SaveUsageAsync(first, Token);
        await store.SaveUsageAsync(second, Token);

        (await store.SumUsageAsync(Query(), Token)).Should().BeEquivalentTo(new ApiKeyUsageAggregate[]
        {
            Sum("GET /jobs", 5_000_000_003, 3, bucket: 7),
            Sum("GET /jobs", 1, 0, bucket: 8),
        });
    }

    [Fact]
    public async Task SumUsage_ReadsOnlyItsScopeAndRange()
    {
        var store = (await NewHostAsync()).GetRequiredService<IApiKeyUsageStore>();
        ApiKeyUsageRow[] rows =
        [
            Row(_minute, "a", requests: 1),
            Row(_minute.AddMinutes(1), "a", requests: 2),
            Row(_minute.AddMinutes(1), "b", requests: 4),
            Row(_minute.AddMinutes(2), "b", requests: 8),
            Row(_minute, "a", requests: 16, keyId: "k"),
            Row(_minute, "a", requests: 32, workspace: "other"),
            Row(_minute, "a", requests: 64, level: ApiKeyUsageGranularity.Hour),
            Row(_minute, "a", requests: 128, dimension: ApiKeyUsageDimension.Country),
        ];
        await store.SaveUsageAsync(Batch("1", rows), Token);

        (await store.SumUsageAsync(Query() with { To = _minute.AddMinutes(2) }, Token)).Should().BeEquivalentTo(
            new ApiKeyUsageAggregate[] { Sum("a", 3, 0), Sum("b", 4, 0) });
        (await store.SumUsageAsync(Query() with { From = _minute.AddMinutes(1), ByTime = true }, Token))
            .Should().BeEquivalentTo(new ApiKeyUsageAggregate[]
        {
            Sum("a", 2, 0, at: _minute.AddMinutes(1)),
            Sum("b", 4, 0, at: _minute.AddMinutes(1)),
            Sum("b", 8, 0, at: _minute.AddMinutes(2)),
        });
        (await store.SumUsageAsync(Query() with { KeyId = "k" }, Token)).Should().ContainSingle().Which.Requests.Should().Be(16);
        (await store.SumUsageAsync(Query() with { Workspace = "nobody" }, Token)).Should().BeEmpty();
    }

    [Fact]
    public async Task SumTopUsage_OfManyKeysInSeveralParts_ReturnsOnlyTheBusiest()
    {
        var store = (await NewHostAsync()).GetRequiredService<IApiKeyUsageStore>();
        var keys = Enumerable.Range(0, 3_000).SelectMany(i => new[]
        {
            Row(_minute, $"key_{i:d4}", requests: 3_000 - i, errors: 1, dimension: ApiKeyUsageDimension.Key),
            Row(
                _minute.AddHours(-1),
                $"key_{i:d4}",
                requests: i < 2_000 ? 1 : 10_000 - i,
                level: ApiKeyUsageGranularity.Hour,
                dimension: ApiKeyUsageDimension.Key),
            Row(
                _minute.AddHours(-9),
                $"key_{i:d4}",
                requests: 1_000_000,
                level: ApiKeyUsageGranularity.Hour,
                dimension: ApiKeyUsageDimension.Key),
            Row(_minute, $"key_{i:d4}", requests: 1_000_000, dimension: ApiKeyUsageDimension.Key, workspace: "other"),
        }).ToArray();
        await store.SaveUsageAsync(Batch("1", keys), Token);
        var minutes = Query() with { Dimension = ApiKeyUsageDimension.Key, From = _minute };
        var hours = minutes with { Granularity = ApiKeyUsageGranularity.Hour, From = _minute.AddHours(-1), To = _minute };

        var top = await store.SumTopUsageAsync([hours, minutes], 3, Token);
        var one = await store.SumTopUsageAsync([minutes], 2, Token);
        var none = await store.SumTopUsageAsync([], 2, Token);
        var nobody = await store.SumTopUsageAsync([minutes with { Workspace = "nobody" }], 2, Token);

        // Neither part alone contains the top three of both.
        top.Should().Equal(
            Sum("key_2000", 9_000, 1), Sum("key_2001", 8_998, 1), Sum("key_2002", 8_996, 1));
        one.Should().Equal(Sum("key_0000", 3_000, 1), Sum("key_0001", 2_999, 1));
        none.Should().BeEmpty();
        nobody.Should().BeEmpty();
    }

    [Fact]
    public async Task PruneUsage_DeletesOnlyOldRowsOfItsLevel()
    {
        var store = (await NewHostAsync()).GetRequiredService<IApiKeyUsageStore>();
        ApiKeyUsageRow[] rows =
        [
            Row(_minute, "a"),
            Row(_minute.AddMinutes(1), "b"),
            Row(_minute, "c", level: ApiKeyUsageGranularity.Hour),
        ];
        await store.SaveUsageAsync(Batch("1", rows), Token);

        await store.PruneUsageAsync(ApiKeyUsageGranularity.Minute, _minute.AddMinutes(1), Token);

        (await store.SumUsageAsync(Query(), Token)).Select(sum => sum.Name).Should().Equal("b");
        (await store.SumUsageAsync(Query() with { Granularity = ApiKeyUsageGranularity.Hour }, Token)).Select(sum => sum.Name)
            .Should().Equal("c");
    }

    [Fact]
    public async Task SaveUsage_OfSeveralWritersAndManyRows_AddsUp()
    {
        var store = (await NewHostAsync()).GetRequiredService<IApiKeyUsageStore>();
        var rows = Enumerable.Range(0, 6_000).Select(i => Row(_minute, $"endpoint {i % 3_000}", bucket: i / 3_000, errors: 1))
            .ToArray();

        await Parallel.ForAsync(0, 4, Token, async (writer, token) =>
        {
            // Each batch has a different order.
            var shuffled = rows.ToArray();
            Random.Shared.Shuffle(shuffled);
            await store.SaveUsageAsync(Batch($"{writer}", shuffled), token);
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
        ApiKeyUsageGranularity level = ApiKeyUsageGranularity.Minute,
        ApiKeyUsageDimension dimension = ApiKeyUsageDimension.Endpoint)
    {
        var slot = new ApiKeyUsageSlot
        {
            Workspace = workspace,
            KeyId = keyId,
            Granularity = level,
            At = at,
            Dimension = dimension,
            Name = name,
            LatencyBucket = bucket,
        };
        return new() { Slot = slot, Requests = requests, Errors = errors };
    }

    private static ApiKeyUsageBatch Batch(string id, params ApiKeyUsageRow[] rows)
        => new() { Id = id, At = _minute, Rows = rows };

    private static ApiKeyUsageAggregate Sum(string name, long requests, long errors, int bucket = 0, DateTimeOffset at = default)
        => new() { At = at, Name = name, LatencyBucket = bucket, Requests = requests, Errors = errors };

    private static ApiKeyUsageQuery Query() => new()
    {
        Workspace = "acme",
        Granularity = ApiKeyUsageGranularity.Minute,
        Dimension = ApiKeyUsageDimension.Endpoint,
        From = _minute.AddDays(-1),
        To = _minute.AddDays(1),
    };
}
