using System.Transactions;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.EntityFrameworkCore.Tests;

/// <summary>Registering the store, and using it before the host starts.</summary>
public sealed class SetupTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task AddEntityFrameworkStore_WithServices_ConfiguresTheContextFromThem(string provider)
    {
        var database = await Database.NewAsync(provider);
        await using var app = Database.Build(
            keys => keys.AddEntityFrameworkStore((services, db) => services.GetRequiredService<Database>().Use(db)),
            services => services.AddSingleton(database));

        await app.StartAsync(Token);

        var secret = await CreateAsync(app);
        (await VerifyAsync(app, secret)).Should().Be(ApiKeyOutcome.Valid);
    }

    [Theory]
    [InlineData("sqlite", false)]
    [InlineData("sqlite", true)]
    [InlineData("postgres", false)]
    [InlineData("postgres", true)]
    public async Task Create_BetweenBuildAndRun_MakesTheTables(string provider, bool insideATransaction)
    {
        var database = await Database.NewAsync(provider);
        if (provider == "postgres")
        {
            // The tables are then created inside a write that a retrying strategy runs.
            database = database.With(db => db.UseNpgsql(npgsql => npgsql.EnableRetryOnFailure()));
        }

        await using var app = Database.Build(keys => keys.AddEntityFrameworkStore(database.Use));

        string[] secrets;
        using (insideATransaction ? new TransactionScope(TransactionScopeAsyncFlowOption.Enabled) : null)
        {
            // Several run concurrently, and none of them waits forever for the tables of another.
            secrets = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => CreateAsync(app)));
        }

        await app.StartAsync(Token);

        foreach (var secret in secrets)
        {
            (await VerifyAsync(app, secret)).Should().Be(ApiKeyOutcome.Valid);
        }
    }

    [Fact]
    public async Task Verify_BetweenBuildAndRun_MakesTheTables()
    {
        var database = await Database.NewAsync("sqlite");
        await using var app = Database.Build(keys => keys.AddEntityFrameworkStore(database.Use));
        var issuer = app.Services.GetRequiredService<ApiKeyIssuer>();
        var (_, secret) = issuer.Issue("acme", new CreateApiKeyRequest { Name = "x", Type = "ci" });

        (await VerifyAsync(app, secret)).Should().Be(ApiKeyOutcome.Unknown);
    }

    [Fact]
    public async Task Start_FirstUseWasCancelled_MakesTheTables()
    {
        var database = await Database.NewAsync("sqlite");
        await using var app = Database.Build(keys => keys.AddEntityFrameworkStore(database.Use));
        var store = app.Services.GetRequiredService<IApiKeyManagementStore>();
        var get = () => store.GetKeyAsync("acme", "key_1", new CancellationToken(canceled: true)).AsTask();
        await get.Should().ThrowAsync<OperationCanceledException>();

        await app.StartAsync(Token);

        (await VerifyAsync(app, await CreateAsync(app))).Should().Be(ApiKeyOutcome.Valid);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Start_ProviderThatIsNotSupported_StopsWithAMessageThatNamesIt(bool isHostsContext)
    {
        await using var app = Database.Build(
            keys => _ = isHostsContext
                ? keys.AddEntityFrameworkStore<PlainContext>()
                : keys.AddEntityFrameworkStore(db => db.UseInMemoryDatabase("keys")),
            services => services.AddDbContext<PlainContext>(db => db.UseInMemoryDatabase("keys")));

        var start = () => app.StartAsync(Token);

        (await start.Should().ThrowAsync<InvalidOperationException>())
            .WithMessage("*'Microsoft.EntityFrameworkCore.InMemory'*SQLite*Npgsql.EntityFrameworkCore.PostgreSQL*");
    }

    [Fact]
    public async Task Start_ProviderThatIsNotSupportedUnderAnotherStore_Starts()
    {
        // This is like a host's tests, which replace the database and the store.
        await using var app = Database.Build(
            keys => keys.AddEntityFrameworkStore<PlainContext>().AddInMemoryStore(),
            services => services.AddDbContext<PlainContext>(db => db.UseInMemoryDatabase("keys")));

        await app.StartAsync(Token);

        (await VerifyAsync(app, await CreateAsync(app))).Should().Be(ApiKeyOutcome.Valid);
    }

    [Fact]
    public async Task Start_HostsContextWithoutTheModel_StopsWithAMessageThatSaysWhatToCall()
    {
        var database = await Database.NewAsync("sqlite");

        var start = () => database.StartAsync<EmptyContext>();

        (await start.Should().ThrowAsync<InvalidOperationException>())
            .WithMessage("*EmptyContext*AddHirePandaApiKeys()*OnModelCreating*");
    }

    [Fact]
    public async Task Start_HostsContextWithoutTheModelUnderADecorator_StopsWithAMessageThatSaysWhatToCall()
    {
        var database = await Database.NewAsync("sqlite");
        await using var app = Database.Build(
            keys => keys.AddEntityFrameworkStore<EmptyContext>().Services.AddSingleton<IApiKeyStore>(provider
                => new Decorator(provider.GetRequiredService<EntityFrameworkApiKeyStore<EmptyContext>>())),
            services => services.AddDbContext<EmptyContext>(database.Use));

        var start = () => app.StartAsync(Token);

        (await start.Should().ThrowAsync<InvalidOperationException>())
            .WithMessage("*EmptyContext*AddHirePandaApiKeys()*OnModelCreating*");
    }

    private static async Task<string> CreateAsync(WebApplication app)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var manager = scope.ServiceProvider.GetRequiredService<ApiKeyManager>();
        return (await manager.CreateAsync(App.Admin, new CreateApiKeyRequest { Name = "First key", Type = "ci" }, Token)).Value!
            .Secret;
    }

    private static async Task<ApiKeyOutcome> VerifyAsync(WebApplication app, string secret)
        => (await app.Services.GetRequiredService<ApiKeyVerifier>().VerifyAsync(secret, default, Token)).Outcome;

    private sealed class Decorator(IApiKeyStore inner) : IApiKeyStore
    {
        public ValueTask<ApiKey?> FindByHashAsync(IReadOnlyList<ApiKeyHash> hashes, CancellationToken cancellationToken)
            => inner.FindByHashAsync(hashes, cancellationToken);
    }

    private sealed class EmptyContext(DbContextOptions<EmptyContext> options) : DbContext(options);
}
