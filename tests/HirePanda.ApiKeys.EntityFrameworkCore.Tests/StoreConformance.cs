using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HirePanda.ApiKeys.EntityFrameworkCore.Tests;

/// <summary>What every management store owes, run by each of them.</summary>
public abstract partial class StoreConformance
{
    private static readonly DateTimeOffset _start = new(2026, 11, 24, 12, 0, 0, 123, 456, TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Save_AKeyWithEverything_IsFoundAsItWas()
    {
        var store = await NewStoreAsync();
        var key = Key("a") with
        {
            Name = "Nightly 🐼 'x'",
            Tier = "write",
            Permissions = ["billing:read", "team:manage"],
            Hint = "hp_ci_abcd…",
            CreatedBy = "somebody",
            ExpiresAt = _start.AddYears(5),
            RevokedAt = _start.AddDays(1),
            RevokedReason = "leaked",
            Replaces = "b",
            ReplacedBy = "c",
            Family = "d",
            AllowedNetworks = ["10.0.0.0/8", "2001:db8::/32"],
            RateLimits = [new RateLimit(5, TimeSpan.FromSeconds(60)), new RateLimit(1_000_000, RateLimit.MaxWindow)],
            Metadata = JsonDocument.Parse("""{"team":"zoo","n":[1,null,{"ж":"…"}]}""").RootElement,
        };
        (await store.SaveAsync(new ApiKeyChange { Added = [key] }, Token)).Should().BeTrue();

        var found = await store.FindByHashAsync([Hash("nobody's"), key.Hash], Token);
        var got = await store.GetAsync("acme", "a", Token);

        found.Should().BeEquivalentTo(key, options => options.Excluding(one => one.Metadata));
        found!.Metadata!.Value.GetRawText().Should().Be(key.Metadata!.Value.GetRawText());
        got.Should().BeEquivalentTo(found, options => options.Excluding(one => one.Metadata));
    }

    [Fact]
    public async Task Find_UnknownHashOrForeignWorkspace_IsNull()
    {
        var store = await NewStoreAsync();
        await store.SaveAsync(new ApiKeyChange { Added = [Key("a")] }, Token);

        (await store.FindByHashAsync([Hash("nobody's")], Token)).Should().BeNull();
        (await store.GetAsync("other", "a", Token)).Should().BeNull();
        (await store.GetAsync("acme", "b", Token)).Should().BeNull();
    }

    [Fact]
    public async Task Save_StaleVersionOrTakenIdOrHash_IsFalseAndStoresNothing()
    {
        var store = await NewStoreAsync();
        var key = Key("a");
        await store.SaveAsync(new ApiKeyChange { Added = [key] }, Token);
        await store.SaveAsync(new ApiKeyChange { Updated = [key with { Name = "second", Version = 2 }] }, Token);

        var audit = Entry("e", 0);
        (await store.SaveAsync(new ApiKeyChange { Added = [Key("b")], Updated = [key with { Name = "stale", Version = 2 }], Audit = [audit] }, Token)).Should().BeFalse();
        (await store.SaveAsync(new ApiKeyChange { Updated = [Key("never") with { Version = 2 }] }, Token)).Should().BeFalse();
        (await store.SaveAsync(new ApiKeyChange { Added = [Key("b"), key with { Hash = Hash("other") }], Audit = [audit] }, Token)).Should().BeFalse();
        (await store.SaveAsync(new ApiKeyChange { Added = [Key("b"), Key("c") with { Hash = key.Hash }] }, Token)).Should().BeFalse();

        (await store.GetAsync("acme", "a", Token))!.Name.Should().Be("second");
        (await store.GetAsync("acme", "b", Token)).Should().BeNull();
        (await store.ListAuditAsync("acme", null, 10, Token)).Should().BeEmpty();
    }

    [Fact]
    public async Task Save_ManyAtOnceOnOneVersion_LetsOneThrough()
    {
        var store = await NewStoreAsync();
        var key = Key("a");
        await store.SaveAsync(new ApiKeyChange { Added = [key] }, Token);

        var saved = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
            async () => await store.SaveAsync(new ApiKeyChange { Updated = [key with { Name = $"{i}", Version = 2 }] }, Token), Token)));

        saved.Should().ContainSingle(one => one);
        (await store.GetAsync("acme", "a", Token))!.Version.Should().Be(2);
    }

    [Fact]
    public async Task Save_ByAKeyThatIsRevoked_IsFalse()
    {
        var store = await NewStoreAsync();
        await store.SaveAsync(new ApiKeyChange { Added = [Key("creator") with { RevokedAt = _start }] }, Token);

        var add = new ApiKeyChange { Added = [Key("a")], ActorKeyId = "creator" };
        (await store.SaveAsync(add, Token)).Should().BeFalse();
        (await store.SaveAsync(add with { ActorKeyId = "no key" }, Token)).Should().BeTrue();
        (await store.SaveAsync(new ApiKeyChange { Updated = [Key("a") with { Version = 2 }], ActorKeyId = "creator" }, Token)).Should().BeFalse();
        (await store.SaveAsync(new ApiKeyChange { Workspace = new ApiKeyWorkspace { Id = "acme" }, ActorKeyId = "creator" }, Token)).Should().BeFalse();
    }

    [Fact]
    public async Task List_ByEveryFilter_GivesThoseAlone()
    {
        var store = await NewStoreAsync();
        await store.SaveAsync(
            new ApiKeyChange
            {
                Added =
                [
                    Key("active") with { Name = "Nightly Build" },
                    Key("expired") with { ExpiresAt = _start.AddSeconds(1), CreatedBy = "x" },
                    Key("revoked") with { RevokedAt = _start, ExpiresAt = _start.AddSeconds(1) },
                    Key("later") with { ExpiresAt = _start.AddSeconds(3), Type = "production" },
                    Key("accent") with { Name = "Übung Macht", RevokedAt = _start },
                    Key("foreign") with { Workspace = "other" },
                ],
            },
            Token);

        (await IdsAsync(query => query)).Should().BeEquivalentTo("active", "expired", "revoked", "later", "accent");
        (await IdsAsync(query => query with { Status = ApiKeyStatus.Active })).Should().BeEquivalentTo("active", "later");
        (await IdsAsync(query => query with { Status = ApiKeyStatus.Expired })).Should().BeEquivalentTo("expired");
        (await IdsAsync(query => query with { Status = ApiKeyStatus.Revoked })).Should().BeEquivalentTo("revoked", "accent");
        (await IdsAsync(query => query with { Type = "production" })).Should().BeEquivalentTo("later");
        (await IdsAsync(query => query with { CreatedBy = "x" })).Should().BeEquivalentTo("expired");
        (await IdsAsync(query => query with { Name = "LY bu" })).Should().BeEquivalentTo("active");
        (await IdsAsync(query => query with { Name = "Übung m" })).Should().BeEquivalentTo("accent");
        (await IdsAsync(query => query with { Name = "%" })).Should().BeEmpty();

        async Task<IEnumerable<string>> IdsAsync(Func<ApiKeyQuery, ApiKeyQuery> filter)
            => (await store.ListAsync(filter(new() { Workspace = "acme", Limit = 100, Now = _start.AddSeconds(1) }), Token)).Select(key => key.Id);
    }

    [Fact]
    public async Task ListAndAudit_ManyOfOneMoment_PageThroughEachOnceNewestFirst()
    {
        var store = await NewStoreAsync();
        var keys = Enumerable.Range(0, 50).Select(i => Key($"key_{i % 7}{i}") with { CreatedAt = _start.AddSeconds(i / 20) }).ToList();
        await store.SaveAsync(new ApiKeyChange { Added = keys, Audit = [.. keys.Select((key, i) => Entry($"evt_{key.Id}", i / 20))] }, Token);
        var expected = keys.OrderByDescending(key => key.CreatedAt).ThenByDescending(key => key.Id, StringComparer.Ordinal).Select(key => key.Id).ToList();

        var seen = new List<ApiKey>();
        var audited = new List<ApiKeyAuditEntry>();
        while (seen.Count < 50)
        {
            var last = seen.Count == 0 ? (ApiKeyPosition?)null : new ApiKeyPosition(seen[^1].CreatedAt, seen[^1].Id);
            seen.AddRange(await store.ListAsync(new() { Workspace = "acme", Limit = 7, Now = _start, After = last }, Token));
        }

        while (audited.Count < 50)
        {
            var last = audited.Count == 0 ? (ApiKeyPosition?)null : new ApiKeyPosition(audited[^1].At, audited[^1].Id);
            audited.AddRange(await store.ListAuditAsync("acme", last, 7, Token));
        }

        seen.Select(key => key.Id).Should().Equal(expected);
        audited.Select(entry => entry.Id).Should().Equal(expected.Select(id => $"evt_{id}"));
    }

    [Fact]
    public async Task Workspace_IsStoredByVersion()
    {
        var store = await NewStoreAsync();
        var first = new ApiKeyWorkspace { Id = "acme", AllowlistEnabled = true, AllowlistReportOnly = true, AllowedNetworks = ["10.0.0.0/8"] };

        (await store.GetWorkspaceAsync("acme", Token)).Should().BeNull();
        (await store.SaveAsync(new ApiKeyChange { Workspace = first with { Version = 2 } }, Token)).Should().BeFalse();
        (await store.SaveAsync(new ApiKeyChange { Workspace = first }, Token)).Should().BeTrue();
        (await store.SaveAsync(new ApiKeyChange { Workspace = first }, Token)).Should().BeFalse();
        (await store.SaveAsync(new ApiKeyChange { Workspace = first with { AllowedNetworks = [], Version = 2 } }, Token)).Should().BeTrue();
        (await store.SaveAsync(new ApiKeyChange { Workspace = first with { Version = 2 } }, Token)).Should().BeFalse();

        (await store.GetWorkspaceAsync("acme", Token)).Should().BeEquivalentTo(first with { AllowedNetworks = [], Version = 2 });
    }

    [Fact]
    public async Task Audit_Entry_IsReadAsItWas()
    {
        var store = await NewStoreAsync();
        var entry = Entry("e", 0) with
        {
            KeyId = "a",
            Before = JsonDocument.Parse("""{"name":"x"}""").RootElement,
            Address = "2001:db8::1",
        };
        await store.SaveAsync(new ApiKeyChange { Audit = [entry] }, Token);

        var read = (await store.ListAuditAsync("acme", null, 10, Token)).Single();

        read.Should().BeEquivalentTo(entry, options => options.Excluding(one => one.Before));
        read.Before!.Value.GetRawText().Should().Be("""{"name":"x"}""");
        (await store.ListAuditAsync("other", null, 10, Token)).Should().BeEmpty();
    }

    [Fact]
    public async Task LastUsed_NeverMovesBackAndIsNoChange()
    {
        var store = await NewStoreAsync();
        var key = Key("a");
        await store.SaveAsync(new ApiKeyChange { Added = [key] }, Token);

        foreach (var seconds in new[] { 5, 3, 7, 6 })
        {
            await store.SaveLastUsedAsync(new Dictionary<string, DateTimeOffset> { ["a"] = _start.AddSeconds(seconds), ["gone"] = _start }, Token);
        }

        (await store.SaveAsync(new ApiKeyChange { Updated = [key with { Name = "y", Version = 2 }] }, Token)).Should().BeTrue("a use counts as no change");
        var stored = (await store.GetAsync("acme", "a", Token))!;
        stored.LastUsedAt.Should().Be(_start.AddSeconds(7));
        stored.Name.Should().Be("y");
    }

    /// <summary>A new, empty store.</summary>
    protected abstract Task<IApiKeyManagementStore> NewStoreAsync();

    private static ApiKey Key(string id) => new() { Id = id, Workspace = "acme", Hash = Hash(id), Name = id, Type = "ci", CreatedAt = _start };

    private static ApiKeyHash Hash(string text) => new(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));

    private static ApiKeyAuditEntry Entry(string id, int seconds)
        => new() { Id = id, Workspace = "acme", At = _start.AddSeconds(seconds), Actor = "somebody", Action = "key.create" };
}

public sealed class InMemoryStoreTests : StoreConformance
{
    protected override Task<IApiKeyManagementStore> NewStoreAsync() => Task.FromResult<IApiKeyManagementStore>(new InMemoryApiKeyStore());
}

public abstract class DatabaseStoreTests(string provider) : StoreConformance, IAsyncLifetime
{
    private readonly List<App> _apps = [];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var app in _apps)
        {
            await app.DisposeAsync();
        }
    }

    protected override async Task<IApiKeyManagementStore> NewStoreAsync()
    {
        // Nobody but the test uses it: a sender would take what is due.
        _apps.Add(await (await Database.NewAsync(provider)).StartAsync(services => services.RemoveAll<BackgroundJob>()));
        return _apps[^1].Store;
    }
}

public sealed class SqliteStoreTests() : DatabaseStoreTests("sqlite");

public sealed class PostgresStoreTests() : DatabaseStoreTests("postgres");
