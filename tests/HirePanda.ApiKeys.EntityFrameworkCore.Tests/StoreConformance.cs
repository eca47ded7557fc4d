using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HirePanda.ApiKeys.EntityFrameworkCore.Tests;

/// <summary>The tests that every store must pass.</summary>
public abstract partial class StoreConformance
{
    private static readonly DateTimeOffset _start = new(2026, 11, 24, 12, 0, 0, 123, 456, TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Save_AKeyWithEverything_IsReadUnchanged()
    {
        var host = await NewHostAsync();
        var store = host.GetRequiredService<IApiKeyManagementStore>();
        var key = Key("a") with
        {
            Name = "Nightly 🐼 'x'",
            OwnerId = "user 🐼",
            IsEnabled = false,
            Tier = "write",
            Permissions = ["billing:read", "team:manage"],
            Hint = "hp_ci_abcd…",
            CreatedBy = "somebody",
            ExpiresAt = _start.AddYears(5),
            RevokedAt = _start.AddDays(1),
            RevokedReason = "leaked",
            IsExpiryShortened = true,
            Replaces = "b",
            ReplacedBy = "c",
            Family = "d",
            AllowedNetworks = ["10.0.0.0/8", "2001:db8::/32"],
            RateLimits = [new RateLimit(5, TimeSpan.FromSeconds(60)), new RateLimit(1_000_000, RateLimit.MaxWindow)],
            Metadata = JsonDocument.Parse("""{"team":"zoo","n":[1,null,{"ж":"…"}]}""").RootElement,
        };
        (await store.SaveAsync(new ApiKeyChangeSet { Added = [key] }, Token)).Should().Be(ApiKeySaveResult.Saved);

        var found = await host.GetRequiredService<IApiKeyStore>().FindByHashAsync([Hash("nobody's"), key.Hash], Token);
        var got = await store.GetKeyAsync("acme", "a", Token);

        found.Should().BeEquivalentTo(key, options => options.Excluding(entity => entity.Metadata));
        found!.Metadata!.Value.GetRawText().Should().Be(key.Metadata!.Value.GetRawText());
        got.Should().BeEquivalentTo(found, options => options.Excluding(entity => entity.Metadata));
    }

    [Fact]
    public async Task Find_UnknownHashOrForeignWorkspace_IsNull()
    {
        var host = await NewHostAsync();
        var store = host.GetRequiredService<IApiKeyManagementStore>();
        await store.SaveAsync(new ApiKeyChangeSet { Added = [Key("a")] }, Token);

        (await host.GetRequiredService<IApiKeyStore>().FindByHashAsync([Hash("nobody's")], Token)).Should().BeNull();
        (await store.GetKeyAsync("other", "a", Token)).Should().BeNull();
        (await store.GetKeyAsync("acme", "b", Token)).Should().BeNull();
    }

    [Fact]
    public async Task Save_StaleVersionOrTakenIdOrHash_SaysWhyAndStoresNothing()
    {
        var store = await NewStoreAsync();
        var key = Key("a");
        await store.SaveAsync(new ApiKeyChangeSet { Added = [key] }, Token);
        await store.SaveAsync(new ApiKeyChangeSet { Updated = [key with { Name = "second", Version = 2 }] }, Token);

        var audit = Entry("e", 0);
        var stale = new ApiKeyChangeSet
        {
            Added = [Key("b")],
            Updated = [key with { Name = "stale", Version = 2 }],
            Audit = [audit],
        };
        (await store.SaveAsync(stale, Token)).Should().Be(ApiKeySaveResult.VersionConflict);
        (await store.SaveAsync(new ApiKeyChangeSet { Updated = [Key("never") with { Version = 2 }] }, Token))
            .Should().Be(ApiKeySaveResult.VersionConflict);
        var duplicate = new ApiKeyChangeSet { Added = [Key("b"), key with { Hash = Hash("other") }], Audit = [audit] };
        (await store.SaveAsync(duplicate, Token)).Should().Be(ApiKeySaveResult.Duplicate);
        (await store.SaveAsync(new ApiKeyChangeSet { Added = [Key("b"), Key("c") with { Hash = key.Hash }] }, Token))
            .Should().Be(ApiKeySaveResult.Duplicate);

        (await store.GetKeyAsync("acme", "a", Token))!.Name.Should().Be("second");
        (await store.GetKeyAsync("acme", "b", Token)).Should().BeNull();
        (await store.ListAuditAsync("acme", null, 10, Token)).Should().BeEmpty();
    }

    [Fact]
    public async Task Save_ManyAtOnceOnOneVersion_OneSucceeds()
    {
        var store = await NewStoreAsync();
        var key = Key("a");
        await store.SaveAsync(new ApiKeyChangeSet { Added = [key] }, Token);

        var saved = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
            async ()
                => await store.SaveAsync(
                    new ApiKeyChangeSet { Updated = [key with { Name = $"{i}", Version = 2 }] }, Token), Token)));

        saved.Should().ContainSingle(result => result == ApiKeySaveResult.Saved);
        saved.Should().OnlyContain(result => result == ApiKeySaveResult.Saved || result == ApiKeySaveResult.VersionConflict);
        (await store.GetKeyAsync("acme", "a", Token))!.Version.Should().Be(2);
    }

    [Theory]
    [InlineData("revoked")]
    [InlineData("disabled")]
    [InlineData("expired")]
    [InlineData("changed")]
    [InlineData("gone")]
    public async Task Save_ByAKeyThatIsNotAsItWasEvaluated_IsRefusedAndStoresNothing(string actor)
    {
        var store = await NewStoreAsync();
        var keys = new[]
        {
            Key("revoked") with { RevokedAt = _start },
            Key("disabled") with { IsEnabled = false },
            Key("expired") with { ExpiresAt = _start.AddSeconds(1) },
            Key("changed") with { Version = 2 },
            Key("as evaluated") with { ExpiresAt = _start.AddSeconds(2) },
        };
        await store.SaveAsync(new ApiKeyChangeSet { Added = keys }, Token);
        var guard = new ApiKeyActorGuard { KeyId = actor, Version = 1, At = _start.AddSeconds(1) };
        ApiKeyChangeSet[] changes =
        [
            new() { Added = [Key("a")] },
            new() { Updated = [Key("as evaluated") with { Version = 2 }] },
            new() { Workspace = new ApiKeyWorkspace { Id = "acme" } },
        ];

        foreach (var change in changes)
        {
            (await store.SaveAsync(change with { Actor = guard, Audit = [Entry("x", 0)] }, Token))
                .Should().Be(ApiKeySaveResult.ActorChanged);
        }

        (await store.GetKeyAsync("acme", "a", Token)).Should().BeNull();
        (await store.GetKeyAsync("acme", "as evaluated", Token))!.Version.Should().Be(1);
        (await store.GetWorkspaceAsync("acme", Token)).Should().BeNull();
        (await store.ListAuditAsync("acme", null, 10, Token)).Should().BeEmpty();
        (await store.SaveAsync(changes[0] with { Actor = guard with { KeyId = "as evaluated" } }, Token))
            .Should().Be(ApiKeySaveResult.Saved);
        var versionless = guard with { KeyId = "changed", Version = null };
        (await store.SaveAsync(new ApiKeyChangeSet { Added = [Key("b")], Actor = versionless }, Token))
            .Should().Be(ApiKeySaveResult.Saved, "any version will do");
    }

    [Fact]
    public async Task Save_ByAKeyThatChangesItself_ComparesTheVersionThatWasEvaluated()
    {
        var store = await NewStoreAsync();
        var key = Key("self");
        await store.SaveAsync(new ApiKeyChangeSet { Added = [key] }, Token);
        var guard = new ApiKeyActorGuard { KeyId = "self", Version = 1, At = _start };

        (await store.SaveAsync(new ApiKeyChangeSet { Updated = [key with { Version = 2 }], Actor = guard }, Token))
            .Should().Be(ApiKeySaveResult.Saved);
        (await store.SaveAsync(new ApiKeyChangeSet { Updated = [key with { Version = 3 }], Actor = guard }, Token))
            .Should().Be(ApiKeySaveResult.ActorChanged);
    }

    [Fact]
    public async Task Save_MoreActiveKeysThanAllowed_IsRefused()
    {
        var store = await NewStoreAsync();
        ApiKey[] inactive =
        [
            Key("revoked") with { RevokedAt = _start },
            Key("expired") with { ExpiresAt = _start },
            Key("foreign") with { Workspace = "other" },
        ];
        await store.SaveAsync(new ApiKeyChangeSet { Added = inactive }, Token);

        var saved = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
            async () => await store.SaveAsync(new ApiKeyChangeSet { Added = [Key($"{i}")], MaxActiveKeys = 3 }, Token), Token)));

        saved.Count(result => result == ApiKeySaveResult.Saved).Should().Be(3);
        saved.Count(result => result == ApiKeySaveResult.LimitReached).Should().Be(5);
        var active = await store.ListKeysAsync(
            new() { Workspace = "acme", Status = ApiKeyStatus.Active, Limit = 100, Now = _start }, Token);
        active.Should().HaveCount(3);

        // A key that replaces another key does not increase the number of keys.
        var rotation = new ApiKeyChangeSet
        {
            Added = [Key("successor")],
            Updated = [active[0] with { ExpiresAt = _start, Version = 2 }],
            MaxActiveKeys = 3,
        };
        (await store.SaveAsync(rotation with { Updated = [active[0] with { Version = 2 }] }, Token))
            .Should().Be(ApiKeySaveResult.LimitReached);
        (await store.SaveAsync(rotation, Token)).Should().Be(ApiKeySaveResult.Saved);
    }

    [Fact]
    public async Task GetNames_GivesThoseOfTheWorkspaceThatExist()
    {
        var store = await NewStoreAsync();
        await store.SaveAsync(
            new ApiKeyChangeSet { Added = [Key("a") with { Name = "A" }, Key("b"), Key("c") with { Workspace = "other" }] },
            Token);

        (await store.GetKeyNamesAsync("acme", ["a", "c", "gone", "a"], Token))
            .Should().BeEquivalentTo(new Dictionary<string, string> { ["a"] = "A" });
        (await store.GetKeyNamesAsync("acme", [], Token)).Should().BeEmpty();
    }

    [Fact]
    public async Task List_ByEveryFilter_ReturnsOnlyMatches()
    {
        var store = await NewStoreAsync();
        await store.SaveAsync(
            new ApiKeyChangeSet
            {
                Added =
                [
                    Key("active") with { Name = "Nightly Build" },
                    Key("expired") with { ExpiresAt = _start.AddSeconds(1), CreatedBy = "x" },
                    Key("revoked") with { RevokedAt = _start, ExpiresAt = _start.AddSeconds(1) },
                    Key("later") with { ExpiresAt = _start.AddSeconds(3), Type = "production" },
                    Key("accent") with { Name = "Übung Macht", RevokedAt = _start },
                    Key("paused") with { IsEnabled = false, ExpiresAt = _start.AddSeconds(1), OwnerId = "Ann" },
                    Key("ended") with { IsEnabled = false, RevokedAt = _start, OwnerId = "ann" },
                    Key("foreign") with { Workspace = "other" },
                ],
            },
            Token);

        (await IdsAsync(query => query))
            .Should().BeEquivalentTo("active", "expired", "revoked", "later", "accent", "paused", "ended");
        (await IdsAsync(query => query with { Status = ApiKeyStatus.Active })).Should().BeEquivalentTo("active", "later");
        (await IdsAsync(query => query with { Status = ApiKeyStatus.Expired })).Should().BeEquivalentTo("expired");
        (await IdsAsync(query => query with { Status = ApiKeyStatus.Revoked }))
            .Should().BeEquivalentTo("revoked", "accent", "ended");
        (await IdsAsync(query => query with { Status = ApiKeyStatus.Disabled })).Should().BeEquivalentTo("paused");
        (await IdsAsync(query => query with { OwnerId = "Ann" })).Should().BeEquivalentTo("paused");
        (await IdsAsync(query => query with { OwnerId = "nobody" })).Should().BeEmpty();
        (await IdsAsync(query => query with { Type = "production" })).Should().BeEquivalentTo("later");
        (await IdsAsync(query => query with { CreatedBy = ["y", "x"] })).Should().BeEquivalentTo("expired");
        (await IdsAsync(query => query with { ExcludeRevoked = true }))
            .Should().BeEquivalentTo("active", "expired", "later", "paused");
        (await IdsAsync(query => query with { Name = "LY bu" })).Should().BeEquivalentTo("active");
        (await IdsAsync(query => query with { Name = "Übung m" })).Should().BeEquivalentTo("accent");
        (await IdsAsync(query => query with { Name = "%" })).Should().BeEmpty();

        async Task<IEnumerable<string>> IdsAsync(Func<ApiKeyQuery, ApiKeyQuery> filter)
            => (await store.ListKeysAsync(filter(new() { Workspace = "acme", Limit = 100, Now = _start.AddSeconds(1) }), Token))
                .Select(key => key.Id);
    }

    [Fact]
    public async Task ListAndAudit_ManyOfOneMoment_PageThroughEachOnceNewestFirst()
    {
        var store = await NewStoreAsync();
        var keys = Enumerable.Range(0, 50).Select(i => Key($"key_{i % 7}{i}") with { CreatedAt = _start.AddSeconds(i / 20) })
            .ToList();
        await store.SaveAsync(
            new ApiKeyChangeSet { Added = keys, Audit = [.. keys.Select((key, i) => Entry($"evt_{key.Id}", i / 20))] }, Token);
        var expected = keys.OrderByDescending(key => key.CreatedAt).ThenByDescending(key => key.Id, StringComparer.Ordinal)
            .Select(key => key.Id).ToList();

        var seen = new List<ApiKey>();
        var audited = new List<ApiKeyAuditEntry>();
        while (seen.Count < 50)
        {
            var last = seen.Count == 0 ? null : new ApiKeyPageToken { At = seen[^1].CreatedAt, Id = seen[^1].Id };
            seen.AddRange(await store.ListKeysAsync(new() { Workspace = "acme", Limit = 7, Now = _start, After = last }, Token));
        }

        while (audited.Count < 50)
        {
            var last = audited.Count == 0 ? null : new ApiKeyPageToken { At = audited[^1].At, Id = audited[^1].Id };
            audited.AddRange(await store.ListAuditAsync("acme", last, 7, Token));
        }

        seen.Select(key => key.Id).Should().Equal(expected);
        audited.Select(entry => entry.Id).Should().Equal(expected.Select(id => $"evt_{id}"));
    }

    [Fact]
    public async Task Save_DisabledAndEnabledAgain_IsStoredAsItIs()
    {
        var store = await NewStoreAsync();
        var key = Key("a") with { OwnerId = "ann" };
        await store.SaveAsync(new ApiKeyChangeSet { Added = [key] }, Token);

        await store.SaveAsync(
            new ApiKeyChangeSet { Updated = [key with { IsEnabled = false, OwnerId = null, Version = 2 }] }, Token);
        var disabled = await store.GetKeyAsync("acme", "a", Token);
        await store.SaveAsync(new ApiKeyChangeSet { Updated = [key with { Version = 3 }] }, Token);
        var enabled = await store.GetKeyAsync("acme", "a", Token);

        disabled.Should().BeEquivalentTo(key with { IsEnabled = false, OwnerId = null, Version = 2 });
        enabled.Should().BeEquivalentTo(key with { Version = 3 });
    }

    [Fact]
    public async Task Save_DisabledKeys_CountAsActiveOnes()
    {
        var store = await NewStoreAsync();
        await store.SaveAsync(
            new ApiKeyChangeSet
            {
                Added = [Key("a") with { IsEnabled = false }, Key("b") with { IsEnabled = false, RevokedAt = _start }],
            }, Token);

        (await store.SaveAsync(new ApiKeyChangeSet { Added = [Key("c")], MaxActiveKeys = 1 }, Token))
            .Should().Be(ApiKeySaveResult.LimitReached);
        (await store.SaveAsync(new ApiKeyChangeSet { Added = [Key("c")], MaxActiveKeys = 2 }, Token))
            .Should().Be(ApiKeySaveResult.Saved);
    }

    [Fact]
    public async Task Save_ManyFirstKeysAtOnce_OneSucceeds()
    {
        var store = await NewStoreAsync();
        await store.SaveAsync(new ApiKeyChangeSet { Added = [Key("foreign") with { Workspace = "other" }] }, Token);

        var saved = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(
            async () => await store.SaveAsync(
                new ApiKeyChangeSet
                {
                    Added = [Key($"{i}")],
                    RequireNoKeys = true,
                    Audit = [Entry($"e{i}", 0)],
                }, Token), Token)));

        saved.Should().ContainSingle(result => result == ApiKeySaveResult.Saved);
        saved.Should().OnlyContain(result => result == ApiKeySaveResult.Saved || result == ApiKeySaveResult.WorkspaceNotEmpty);
        (await store.ListKeysAsync(new() { Workspace = "acme", Limit = 100, Now = _start }, Token)).Should().ContainSingle();
        (await store.ListAuditAsync("acme", null, 100, Token)).Should().ContainSingle();
    }

    [Fact]
    public async Task Save_FirstKeyAfterARevokedOne_IsRefused()
    {
        var store = await NewStoreAsync();
        await store.SaveAsync(new ApiKeyChangeSet { Added = [Key("a") with { RevokedAt = _start }] }, Token);

        (await store.SaveAsync(new ApiKeyChangeSet { Added = [Key("b")], RequireNoKeys = true }, Token))
            .Should().Be(ApiKeySaveResult.WorkspaceNotEmpty);
    }

    [Fact]
    public async Task Workspace_IsStoredByVersion()
    {
        var store = await NewStoreAsync();
        var first = new ApiKeyWorkspace
        {
            Id = "acme",
            IsAllowlistEnabled = true,
            IsAllowlistReportOnly = true,
            AllowedNetworks = ["10.0.0.0/8"],
        };

        (await store.GetWorkspaceAsync("acme", Token)).Should().BeNull();
        (await store.SaveAsync(new ApiKeyChangeSet { Workspace = first with { Version = 2 } }, Token))
            .Should().Be(ApiKeySaveResult.VersionConflict);
        (await store.SaveAsync(new ApiKeyChangeSet { Workspace = first }, Token)).Should().Be(ApiKeySaveResult.Saved);
        (await store.SaveAsync(new ApiKeyChangeSet { Workspace = first }, Token)).Should().Be(ApiKeySaveResult.VersionConflict);
        (await store.SaveAsync(new ApiKeyChangeSet { Workspace = first with { AllowedNetworks = [], Version = 2 } }, Token))
            .Should().Be(ApiKeySaveResult.Saved);
        (await store.SaveAsync(new ApiKeyChangeSet { Workspace = first with { Version = 2 } }, Token))
            .Should().Be(ApiKeySaveResult.VersionConflict);

        (await store.GetWorkspaceAsync("acme", Token)).Should().BeEquivalentTo(first with { AllowedNetworks = [], Version = 2 });
    }

    [Fact]
    public async Task Audit_Entry_IsReadUnchanged()
    {
        var store = await NewStoreAsync();
        var entry = Entry("e", 0) with
        {
            KeyId = "a",
            Before = JsonDocument.Parse("""{"name":"x"}""").RootElement,
            Address = "2001:db8::1",
        };
        await store.SaveAsync(new ApiKeyChangeSet { Audit = [entry] }, Token);

        var read = (await store.ListAuditAsync("acme", null, 10, Token)).Single();

        read.Should().BeEquivalentTo(entry, options => options.Excluding(entity => entity.Before));
        read.Before!.Value.GetRawText().Should().Be("""{"name":"x"}""");
        (await store.ListAuditAsync("other", null, 10, Token)).Should().BeEmpty();
    }

    [Fact]
    public async Task LastUsed_NeverMovesBackAndDoesNotCountAsAChange()
    {
        var store = await NewStoreAsync();
        var key = Key("a");
        await store.SaveAsync(new ApiKeyChangeSet { Added = [key] }, Token);

        foreach (var seconds in new[] { 5, 3, 7, 6 })
        {
            await store.SaveLastUsedAsync(
                new Dictionary<string, DateTimeOffset> { ["a"] = _start.AddSeconds(seconds), ["gone"] = _start }, Token);
        }

        (await store.SaveAsync(new ApiKeyChangeSet { Updated = [key with { Name = "y", Version = 2 }] }, Token))
            .Should().Be(ApiKeySaveResult.Saved, "a use does not count as a change");
        var stored = (await store.GetKeyAsync("acme", "a", Token))!;
        stored.LastUsedAt.Should().Be(_start.AddSeconds(7));
        stored.Name.Should().Be("y");
    }

    /// <summary>Creates a host with a new, empty store.</summary>
    protected abstract Task<IServiceProvider> NewHostAsync();

    private async Task<IApiKeyManagementStore> NewStoreAsync()
        => (await NewHostAsync()).GetRequiredService<IApiKeyManagementStore>();

    private static ApiKey Key(string id)
        => new() { Id = id, Workspace = "acme", Hash = Hash(id), Name = id, Type = "ci", CreatedAt = _start };

    private static ApiKeyHash Hash(string text) => new(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));

    private static ApiKeyAuditEntry Entry(string id, int seconds)
        => new() { Id = id, Workspace = "acme", At = _start.AddSeconds(seconds), Actor = "somebody", Action = "key.create" };
}

public sealed class InMemoryStoreTests : StoreConformance
{
    protected override Task<IServiceProvider> NewHostAsync()
    {
        var services = new ServiceCollection();
        services.AddHirePandaApiKeys().AddInMemoryStore();
        return Task.FromResult<IServiceProvider>(services.BuildServiceProvider());
    }
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

    protected override async Task<IServiceProvider> NewHostAsync()
    {
        _apps.Add(await StartAsync(await Database.NewAsync(provider)));
        return _apps[^1].Services;
    }

    // Only the test uses it, because a sender would lease due deliveries.
    private protected virtual Task<App> StartAsync(Database database)
        => database.StartAsync(services => services.RemoveAll<BackgroundJob>());
}

public sealed class SqliteStoreTests() : DatabaseStoreTests("sqlite");

public sealed class PostgresStoreTests() : DatabaseStoreTests("postgres");
