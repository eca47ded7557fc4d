using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace HirePanda.ApiKeys.EntityFrameworkCore.Tests;

/// <summary>A new, empty database.</summary>
internal sealed class Database
{
    private Database(Action<DbContextOptionsBuilder> use, string connectionString)
        => (Use, ConnectionString) = (use, connectionString);

    public Action<DbContextOptionsBuilder> Use { get; }

    public string ConnectionString { get; }

    public static async Task<Database> NewAsync(string provider) => provider switch
    {
        "sqlite" => Sqlite(Path.Combine(Directory.CreateTempSubdirectory("hirepanda-sqlite-").FullName, "keys.db")),
        "postgres" => await NewPostgresAsync(),
        _ => throw new ArgumentOutOfRangeException(nameof(provider)),
    };

    /// <summary>Gets the same database with another configuration.</summary>
    public Database With(Action<DbContextOptionsBuilder> more) => new(db =>
    {
        Use(db);
        more(db);
    }, ConnectionString);

    public static Database Sqlite(string file) => new(db => db.UseSqlite($"Data Source={file}"), $"Data Source={file}");

    /// <summary>Starts an application over this database. Several applications can share it.</summary>
    public async Task<App> StartAsync(Action<IServiceCollection>? services = null, Action<WebApplication>? configure = null)
        => await StartAsync(Build(keys => keys.AddEntityFrameworkStore(Use), services, configure));

    /// <summary>
    /// Starts an application that stores keys in its own context, which creates its tables like that of any host.
    /// </summary>
    public async Task<App> StartAsync<TContext>(Action<IServiceCollection>? services = null)
        where TContext : DbContext
    {
        var app = Build(keys => keys.AddEntityFrameworkStore<TContext>(), all =>
        {
            all.AddDbContext<TContext>(Use);
            services?.Invoke(all);
        });
        await using (var scope = app.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<TContext>();
            await db.Database.EnsureCreatedAsync(TestContext.Current.CancellationToken);
        }

        return await StartAsync(app);
    }

    /// <summary>Builds an application without starting it.</summary>
    public static WebApplication Build(
        Action<ApiKeyBuilder> store, Action<IServiceCollection>? services = null, Action<WebApplication>? configure = null)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        store(builder.Services.AddHirePandaApiKeys());
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapHirePandaApiKeys("/api-keys");
        app.MapGet("/read", () => "read").RequireAuthorization("read");
        configure?.Invoke(app);
        return app;
    }

    private static async Task<App> StartAsync(WebApplication app)
    {
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new App(app);
    }

    private static async Task<Database> NewPostgresAsync()
    {
        var server = Environment.GetEnvironmentVariable("HIREPANDA_POSTGRES")
            ?? throw new InvalidOperationException("HIREPANDA_POSTGRES is not set: ./test.sh starts a PostgreSQL and sets it.");
        var name = $"test_{Guid.NewGuid():N}";
        await using (var connection = new NpgsqlConnection(server))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        // Every test has its own database and connection pool. Open pools must not use up the server's connections.
        var database = new NpgsqlConnectionStringBuilder(server)
        {
            Database = name,
            MaxPoolSize = 20,
            ConnectionIdleLifetime = 3,
            ConnectionPruningInterval = 1,
        }.ConnectionString;
        return new Database(db => db.UseNpgsql(database), database);
    }
}

/// <summary>A running application.</summary>
internal sealed class App(WebApplication app) : IAsyncDisposable
{
    public static readonly ApiKeyActor Admin = new() { Id = "tests", Workspace = "acme", Tier = "admin" };

    public IServiceProvider Services => app.Services;

    public HttpClient Client { get; } = app.GetTestClient();

    public IApiKeyManagementStore Store => Services.GetRequiredService<IApiKeyManagementStore>();

    public ApiKeyVerifier Verifier => Services.GetRequiredService<ApiKeyVerifier>();

    public Task<T> ManageAsync<T>(Func<ApiKeyManager, Task<T>> call) => ManageAsync<ApiKeyManager, T>(call);

    public async Task<T> ManageAsync<TManager, T>(Func<TManager, Task<T>> call)
        where TManager : notnull
    {
        await using var scope = Services.CreateAsyncScope();
        return await call(scope.ServiceProvider.GetRequiredService<TManager>());
    }

    public async Task<(ApiKey Key, string Secret)> CreateAsync(string name = "x")
    {
        var (key, secret) = (
            await ManageAsync(
                manager => manager.CreateAsync(Admin, new CreateApiKeyRequest { Name = name, Type = "ci" }))).Value!;
        return (key, secret);
    }

    public async Task<ApiKeyOutcome> VerifyAsync(string secret)
        => (await Verifier.VerifyAsync(secret, default, TestContext.Current.CancellationToken)).Outcome;

    public Task StopAsync() => app.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
    }
}
