namespace HirePanda.ApiKeys.EntityFrameworkCore.Tests;

/// <content>The filters of the audit log.</content>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task ListAudit_ByEveryFilter_ReturnsOnlyMatches()
    {
        var store = await NewStoreAsync();
        ApiKeyAuditEntry[] entries =
        [
            Entry("a", 0) with { KeyId = "one" },
            Entry("b", 1) with { KeyId = "one", Action = "key.update", Actor = "ann" },
            Entry("c", 2) with { KeyId = "two", Actor = "ann" },
            Entry("d", 3) with { Actor = "Ann", Action = "allowlist.update" },
            Entry("e", 4) with { KeyId = "One" },
            Entry("f", 4) with { KeyId = "one", Workspace = "other" },
        ];
        await store.SaveAsync(new ApiKeyChangeSet { Audit = entries }, Token);

        (await IdsAsync(query => query)).Should().Equal("e", "d", "c", "b", "a");
        (await IdsAsync(query => query with { KeyId = "one" })).Should().Equal("b", "a");
        (await IdsAsync(query => query with { KeyId = "nobody's" })).Should().BeEmpty();
        (await IdsAsync(query => query with { Action = "key.update" })).Should().Equal("b");
        (await IdsAsync(query => query with { Action = "key" })).Should().BeEmpty();
        (await IdsAsync(query => query with { Actor = "ann" })).Should().Equal("c", "b");
        (await IdsAsync(query => query with { Actor = "ann", KeyId = "one", Action = "key.update" })).Should().Equal("b");
        (await IdsAsync(query => query with { Actor = "ann", KeyId = "one", Action = "key.create" })).Should().BeEmpty();
        (await IdsAsync(query => query with { From = _start.AddSeconds(1), To = _start.AddSeconds(3) }))
            .Should().Equal("c", "b");
        (await IdsAsync(query => query with { KeyId = "one", From = _start.AddSeconds(1) })).Should().Equal("b");
        (await IdsAsync(query => query with { From = _start.AddSeconds(1), To = _start.AddSeconds(1) })).Should().BeEmpty();
        (await IdsAsync(query => query with { From = DateTimeOffset.MinValue, To = DateTimeOffset.MaxValue, Limit = 2 }))
            .Should().Equal("e", "d");

        async Task<IEnumerable<string>> IdsAsync(Func<ApiKeyAuditQuery, ApiKeyAuditQuery> filter)
            => (await store.ListAuditAsync(filter(new() { Workspace = "acme", Limit = 100 }), Token)).Select(entry => entry.Id);
    }

    [Theory]
    [InlineData(0, "b a", "")]
    [InlineData(1, "b", "a")]
    [InlineData(9, "b", "a")]
    [InlineData(10, "b", "a")]
    [InlineData(11, "", "b a")]
    [InlineData(-1, "b a", "")]
    public async Task ListAudit_BetweenStoredMicroseconds_ComparesTheExactTime(int ticks, string from, string to)
    {
        var store = await NewStoreAsync();
        var second = Entry("b", 0) with { At = _start.AddMicroseconds(1) };
        await store.SaveAsync(new ApiKeyChangeSet { Audit = [Entry("a", 0), second] }, Token);
        var bound = _start.AddTicks(ticks).ToOffset(TimeSpan.FromHours(5));
        var query = new ApiKeyAuditQuery { Workspace = "acme", Limit = 10 };

        var later = await store.ListAuditAsync(query with { From = bound }, Token);
        var earlier = await store.ListAuditAsync(query with { To = bound }, Token);

        string.Join(' ', later.Select(entry => entry.Id)).Should().Be(from);
        string.Join(' ', earlier.Select(entry => entry.Id)).Should().Be(to);
    }

    [Fact]
    public async Task ListAudit_OfOneKeyInPages_ReturnsEachOnceNewestFirst()
    {
        var store = await NewStoreAsync();
        var entries = Enumerable.Range(0, 60)
            .Select(i => Entry($"evt_{i % 7}{i}", i / 20) with { KeyId = i % 2 == 0 ? "one" : "two" }).ToList();
        await store.SaveAsync(new ApiKeyChangeSet { Audit = entries }, Token);
        var seen = new List<ApiKeyAuditEntry>();

        while (seen.Count < 30)
        {
            var last = seen.Count == 0 ? null : new ApiKeyPageToken { At = seen[^1].At, Id = seen[^1].Id };
            var page = await store.ListAuditAsync(
                new ApiKeyAuditQuery { Workspace = "acme", KeyId = "one", After = last, Limit = 7 }, Token);
            page.Should().NotBeEmpty();
            seen.AddRange(page);
        }

        seen.Select(entry => entry.Id).Should().Equal(
            entries.Where(entry => entry.KeyId == "one").OrderByDescending(entry => entry.At)
                .ThenByDescending(entry => entry.Id, StringComparer.Ordinal).Select(entry => entry.Id));
    }
}
