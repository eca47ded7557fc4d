using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.EntityFrameworkCore.Tests;

/// <summary>Several processes over one database, and a process that restarts.</summary>
public sealed class NodeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Revoke_OnOneNode_HoldsOnTheOtherWithinASecond(string provider)
    {
        var database = await Database.NewAsync(provider);
        await using var one = await database.StartAsync();
        await using var other = await database.StartAsync();
        var (key, secret) = await one.CreateAsync();
        (await other.VerifyAsync(secret)).Should().Be(ApiKeyOutcome.Valid);

        await one.ManageAsync(manager => manager.RevokeAsync(App.Admin, key.Id));
        var since = Stopwatch.StartNew();
        while (
            await other.VerifyAsync(secret) is ApiKeyOutcome.Valid or ApiKeyOutcome.RateLimited
                && since.Elapsed < TimeSpan.FromSeconds(10))
        {
            await Task.Yield();
        }

        since.Elapsed.Should()
            .BeLessThan(TimeSpan.FromSeconds(1.5), "it is polled slightly more often than once a second on a busy machine");
        (await other.VerifyAsync(secret)).Should().Be(ApiKeyOutcome.Revoked);
        (await one.VerifyAsync(secret)).Should().Be(ApiKeyOutcome.Revoked);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Allowlist_SetOnOneNode_HoldsOnTheOther(string provider)
    {
        var database = await Database.NewAsync(provider);
        await using var one = await database.StartAsync();
        await using var other = await database.StartAsync();
        var (_, secret) = await one.CreateAsync();
        (await other.VerifyAsync(secret)).Should().Be(ApiKeyOutcome.Valid);

        (await one.ManageAsync((ApiKeyWorkspaceManager manager) => manager.SetAllowlistAsync(
            App.Admin, new() { IsEnabled = true, Networks = ["10.0.0.0/8"], Force = true }))).Succeeded.Should().BeTrue();

        (await one.VerifyAsync(secret)).Should().Be(ApiKeyOutcome.AddressNotAllowed);
        var since = Stopwatch.StartNew();
        while (await other.VerifyAsync(secret) is ApiKeyOutcome.Valid or ApiKeyOutcome.RateLimited)
        {
            since.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task ChangeRow_OfAnyChange_SaysWhenItWasStored(string provider)
    {
        var database = await Database.NewAsync(provider);
        await using var app = await database.StartAsync();
        var before = DateTimeOffset.UtcNow.AddMilliseconds(-1);
        await app.CreateAsync();
        await app.ManageAsync((ApiKeyWorkspaceManager manager) => manager.SetAllowlistAsync(
            App.Admin, new() { IsEnabled = true, Networks = ["10.0.0.0/8"], Force = true }));

        var rows = await app.Services.GetRequiredService<IApiKeyChangeFeed>().ReadChangesAsync(0, [], Token);

        rows.Select(row => row.Hash is null).Should().Equal(false, true);
        rows.Should().OnlyContain(row => row.At >= before && row.At <= DateTimeOffset.UtcNow);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Start_SeveralNodesAtOnceOnAnEmptyDatabase_MakesTheTablesOnce(string provider)
    {
        var database = await Database.NewAsync(provider);

        var nodes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => database.StartAsync(), Token)));

        var (_, secret) = await nodes[0].CreateAsync();
        foreach (var node in nodes)
        {
            (await node.VerifyAsync(secret)).Should().Be(ApiKeyOutcome.Valid);
            await node.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Restart_KeepsKeysAndTheirLastUse(string provider)
    {
        var database = await Database.NewAsync(provider);
        string id, secret;
        await using (var before = await database.StartAsync())
        {
            var (key, made) = await before.CreateAsync();
            (id, secret) = (key.Id, made);
            (await before.VerifyAsync(secret)).Should().Be(ApiKeyOutcome.Valid);
            await before.StopAsync();
        }

        await using var after = await database.StartAsync();

        (await after.VerifyAsync(secret)).Should().Be(ApiKeyOutcome.Valid);
        (await after.Store.GetKeyAsync("acme", id, Token))!.LastUsedAt.Should().NotBeNull();
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Write_EightWritersCreatingAndRotating_NoneFails(string provider)
    {
        var database = await Database.NewAsync(provider);
        await using var app = await database.StartAsync();

        await Parallel.ForAsync(0, 8, Token, async (_, _) =>
        {
            for (var i = 0; i < 10; i++)
            {
                var (key, _) = await app.CreateAsync();
                (await app.ManageAsync(manager => manager.RotateAsync(App.Admin, key.Id))).Succeeded.Should().BeTrue();
            }
        });

        (await app.ManageAsync(manager => manager.ListAsync(App.Admin, new() { Limit = 200 }))).Value!.Items.Should()
            .HaveCount(160);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Rotate_TwoAtOnce_GivesOneKeyAndOneConflict(string provider)
    {
        var database = await Database.NewAsync(provider);
        await using var app = await database.StartAsync();
        for (var round = 0; round < 10; round++)
        {
            var (key, _) = await app.CreateAsync();

            var results = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(
                () => app.ManageAsync(manager => manager.RotateAsync(App.Admin, key.Id)), Token)));

            results.Should().ContainSingle(result => result.Succeeded);
            results.Single(result => !result.Succeeded).Failure!.Kind.Should()
                .BeOneOf(ApiKeyFailureKind.Conflict, ApiKeyFailureKind.ActorChanged);
        }
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Rotate_AKeyRotatesItselfThriceAtOnce_GivesOneKeyAndConflicts(string provider)
    {
        var database = await Database.NewAsync(provider);
        await using var app = await database.StartAsync();
        for (var round = 0; round < 10; round++)
        {
            var key = (
                await app.ManageAsync(
                    manager => manager.CreateAsync(
                        App.Admin, new CreateApiKeyRequest { Name = "Admin", Type = ApiKeyTypes.Production }))).Value!.Key;
            var self = new ApiKeyActor { Id = key.Id, Workspace = key.Workspace, Tier = "admin", Key = key };

            var results = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(
                () => app.ManageAsync(manager => manager.RotateAsync(self, key.Id)), Token)));

            results.Should().ContainSingle(result => result.Succeeded);
            results.Where(result => !result.Succeeded).Should()
                .OnlyContain(
                    result => result.Failure!.Kind == ApiKeyFailureKind.Conflict
                        || result.Failure.Kind == ApiKeyFailureKind.ActorChanged);
        }
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Revoke_CascadeWhileAChildRotatesItsParent_Holds(string provider)
    {
        var database = await Database.NewAsync(provider);
        await using var app = await database.StartAsync();
        for (var round = 0; round < 10; round++)
        {
            var parent = (
                await app.ManageAsync(
                    manager => manager.CreateAsync(
                        App.Admin, new CreateApiKeyRequest { Name = "Parent", Type = ApiKeyTypes.Production }))).Value!.Key;
            var parentActor = new ApiKeyActor { Id = parent.Id, Workspace = parent.Workspace, Tier = "admin", Key = parent };
            var child = (
                await app.ManageAsync(
                    manager => manager.CreateAsync(
                        parentActor, new CreateApiKeyRequest { Name = "Child", Type = ApiKeyTypes.Production }))).Value!.Key;
            var childActor = new ApiKeyActor { Id = child.Id, Workspace = child.Workspace, Tier = "admin", Key = child };

            var rotation = Task.Run(() => app.ManageAsync(manager => manager.RotateAsync(childActor, parent.Id)), Token);
            var revocation = await app.ManageAsync(manager => manager.RevokeAsync(App.Admin, parent.Id, cascade: true));
            await rotation;

            revocation.Succeeded.Should().BeTrue();
            foreach (var id in new[] { parent.Id, child.Id })
            {
                (await app.Store.GetKeyAsync("acme", id, Token))!.RevokedAt.Should().NotBeNull();
            }
        }
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task RevokeAll_WhileKeysAreChangedAllTheTime_IsNotHeldUp(string provider)
    {
        var database = await Database.NewAsync(provider);
        await using var app = await database.StartAsync();
        var keys = new List<ApiKey>();
        for (var i = 0; i < 150; i++)
        {
            keys.Add((await app.CreateAsync()).Key);
        }

        using var done = new CancellationTokenSource();
        var changes = Task.Run(
            async () =>
            {
                for (var i = 0; !done.IsCancellationRequested; i++)
                {
                    await app.ManageAsync(
                        manager => manager.UpdateAsync(
                            App.Admin, keys[i * 7 % keys.Count].Id, new UpdateApiKeyRequest { Name = $"name {i}" }));
                }
            },
            Token);
        var revoked = await app.ManageAsync(manager => manager.RevokeAllAsync(App.Admin));
        await done.CancelAsync();
        await changes;

        revoked.Value.Should().Be(150);
        (await app.ManageAsync(manager => manager.ListAsync(App.Admin, new() { Status = ApiKeyStatus.Active }))).Value!
            .Items.Should().BeEmpty();
    }

    [Fact]
    public async Task Write_WithARetryingStrategyThatLosesTheAnswerToACommit_IsDoneOnce()
    {
        var database = await Database.NewAsync("postgres");
        var lost = new LosesAnswer();
        var retrying = database.With(db => db.UseNpgsql(npgsql => npgsql.EnableRetryOnFailure()).AddInterceptors(lost));
        await using var app = await retrying.StartAsync();

        lost.Next = true;
        var created = await app.ManageAsync(
            manager => manager.CreateAsync(App.Admin, new CreateApiKeyRequest { Name = "once", Type = "ci" }));

        lost.Next.Should().BeFalse("the answer was lost");
        created.Succeeded.Should().BeTrue();
        (await app.ManageAsync(manager => manager.ListAsync(App.Admin))).Value!.Items.Should().ContainSingle();
        (await app.VerifyAsync(created.Value!.Secret)).Should().Be(ApiKeyOutcome.Valid);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Write_InsideATransactionOfTheHost_IsNotPartOfIt(string provider)
    {
        var database = await Database.NewAsync(provider);
        await using var app = await database.StartAsync();
        string secret;
        using (new System.Transactions.TransactionScope(System.Transactions.TransactionScopeAsyncFlowOption.Enabled))
        {
            (_, secret) = await app.CreateAsync();
        }

        (await app.VerifyAsync(secret)).Should().Be(ApiKeyOutcome.Valid, "the host's transaction was rolled back, ours was not");
    }

    [Theory]
    [InlineData("/revoke", """{"reason":"a\u0000b"}""", "POST")]
    [InlineData("?name=%00", null, "GET")]
    public async Task Http_CharacterThatNoDatabaseTakes_IsRefused(string path, string? body, string method)
    {
        var database = await Database.NewAsync("postgres");
        await using var app = await database.StartAsync();
        var admin = (
            await app.ManageAsync(
                manager => manager.CreateAsync(
                    App.Admin, new CreateApiKeyRequest { Name = "Admin", Type = ApiKeyTypes.Production }))).Value!;
        app.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", admin.Secret);
        var target = method == "POST" ? $"/api-keys/{admin.Key.Id}{path}" : $"/api-keys{path}";
        using var request = new HttpRequestMessage(new HttpMethod(method), target);
        request.Content = body is null ? null : new StringContent(body, new MediaTypeHeaderValue("application/json"));

        using var response = await app.Client.SendAsync(request, Token);

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Http_ManyPatchesAtOnceWithOnePrecondition_OneWinsAndTheOthersFailIt(string provider)
    {
        var database = await Database.NewAsync(provider);
        await using var app = await database.StartAsync();
        await using var other = await database.StartAsync();
        var admin = (
            await app.ManageAsync(
                manager => manager.CreateAsync(
                    App.Admin, new CreateApiKeyRequest { Type = ApiKeyTypes.Production, Name = "Admin" }))).Value!;
        var (key, _) = await app.CreateAsync();

        var statuses = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(
            async () =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Patch, $"/api-keys/{key.Id}")
                {
                    Content = JsonContent.Create(new { name = $"{i}" }),
                };
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", admin.Secret);
                request.Headers.TryAddWithoutValidation("If-Match", "\"1\"");
                using var response = await (i % 2 == 0 ? app : other).Client.SendAsync(request, Token);
                return response.StatusCode;
            },
            Token)));

        statuses.Where(status => status == HttpStatusCode.OK).Should().ContainSingle();
        statuses.Where(status => status == HttpStatusCode.PreconditionFailed).Should().HaveCount(23);
        (await app.Store.GetKeyAsync("acme", key.Id, Token))!.Version.Should().Be(2);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Http_WholeLifeOfAKey_OnADatabase(string provider)
    {
        var database = await Database.NewAsync(provider);
        await using var app = await database.StartAsync();
        var admin = (
            await app.ManageAsync(
                manager => manager.CreateAsync(
                    App.Admin, new CreateApiKeyRequest { Name = "Admin", Type = ApiKeyTypes.Production }))).Value!;
        app.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", admin.Secret);

        using var created = await app.Client.PostAsJsonAsync(
            "/api-keys", new { name = "x", type = "ci", metadata = new { a = 1 } }, Token);
        using var read = await app.Client.GetAsync("/read", Token);
        using var audit = await app.Client.GetAsync("/api-keys/audit", Token);

        created.StatusCode.Should().Be(HttpStatusCode.Created);
        read.StatusCode.Should().Be(HttpStatusCode.OK);
        (await audit.Content.ReadAsStringAsync(Token)).Should().Contain("key.create");
    }

    [Fact]
    public async Task Start_FileThatCannotBeWritten_StopsWithAClearMessage()
    {
        var junk = Path.Combine(Directory.CreateTempSubdirectory("hirepanda-junk-").FullName, "keys.db");
        await File.WriteAllTextAsync(junk, new string('x', 10_000), Token);
        foreach (var file in new[] { "/proc/hirepanda/keys.db", junk })
        {
            var start = () => Database.Sqlite(file).StartAsync();

            await start.Should().ThrowAsync<InvalidOperationException>().WithMessage("*cannot be opened or written*");
        }
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task LastUsed_OfThousandsOfKeys_IsStored(string provider)
    {
        var database = await Database.NewAsync(provider);
        await using var app = await database.StartAsync();
        var keys = Enumerable.Range(0, 1201).Select(i => new ApiKey
        {
            Id = $"key_{i}",
            Workspace = "acme",
            Hash = new ApiKeyHash(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(i))),
        }).ToList();
        (await app.Store.SaveAsync(new ApiKeyChangeSet { Added = keys }, Token)).Should().Be(ApiKeySaveResult.Saved);
        var at = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

        await app.Store.SaveLastUsedAsync(keys.ToDictionary(key => key.Id, _ => at), Token);

        (await app.Store.ListKeysAsync(new() { Workspace = "acme", Limit = 2000, Now = at }, Token))
            .Should().HaveCount(1201).And.OnlyContain(key => key.LastUsedAt == at);
    }

    [Fact]
    public async Task Sqlite_IsInWalMode()
    {
        var database = await Database.NewAsync("sqlite");
        await using var app = await database.StartAsync();
        await using var scope = app.Services.CreateAsyncScope();

        var mode = await scope.ServiceProvider.GetRequiredService<ApiKeyDbContext>()
            .Database.SqlQueryRaw<string>("PRAGMA journal_mode").ToListAsync(Token);

        mode.Should().Equal("wal");
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task HostsOwnContext_WithTheModelAdded_IsUsed(string provider)
    {
        var database = await Database.NewAsync(provider);
        var services = new ServiceCollection().AddLogging().AddDbContext<OwnContext>(database.Use);
        services.AddHirePandaApiKeys().AddEntityFrameworkStore<OwnContext>();
        await using var provided = services.BuildServiceProvider();
        await using var scope = provided.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<OwnContext>().Database.EnsureCreatedAsync(Token);

        var created = await scope.ServiceProvider.GetRequiredService<ApiKeyManager>()
            .CreateAsync(App.Admin, new CreateApiKeyRequest { Name = "x", Type = ApiKeyTypes.Production }, Token);

        (await provided.GetRequiredService<ApiKeyVerifier>().VerifyAsync(created.Value!.Secret, default, Token)).IsValid.Should()
            .BeTrue();
    }

    /// <summary>Loses the response to one commit, like a broken connection.</summary>
    private sealed class LosesAnswer : DbTransactionInterceptor
    {
        public bool Next { get; set; }

        public override Task TransactionCommittedAsync(
            System.Data.Common.DbTransaction transaction,
            TransactionEndEventData eventData,
            CancellationToken cancellationToken = default)
        {
            if (Next)
            {
                Next = false;
                throw new Npgsql.NpgsqlException("The answer was lost.", new IOException());
            }

            return Task.CompletedTask;
        }
    }

    private sealed class OwnContext(DbContextOptions<OwnContext> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddHirePandaApiKeys();
    }
}
