using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.EntityFrameworkCore.Tests;

/// <summary>The first requests to a process.</summary>
public sealed class WarmupTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task FirstRequest_ModelThatTakesLongToBuild_IsNotRefused(string provider)
    {
        var database = await Database.NewAsync(provider);
        string secret;
        await using (var before = await database.StartAsync())
        {
            (_, secret) = await before.CreateAsync();
        }

        await using var app = await StartAsync(database.Use, new Logs());

        (await app.VerifyAsync(secret)).Should().Be(ApiKeyOutcome.Valid);
    }

    [Fact]
    public async Task Start_DatabaseThatIsUnavailable_StartsAndLogsAWarning()
    {
        var logs = new Logs();

        await using var app = await StartAsync(db => db.UseNpgsql("Host=127.0.0.1;Port=1;Username=nobody;Database=none"), logs);

        logs.Entries.Should().Contain(entry => entry.Contains("did not answer at start"));
        (await app.VerifyAsync("hp_live_junk")).Should().Be(ApiKeyOutcome.Malformed);
    }

    [Fact]
    public async Task Start_SeparateTables_AreReadBeforeTheFirstRequest()
    {
        var database = await Database.NewAsync("sqlite");
        var commands = new Commands();

        await using var app = await StartAsync(
            keys => keys.AddEntityFrameworkStore(db =>
            {
                database.Use(db);
                db.AddInterceptors(commands);
            }),
            new Logs());

        commands.Texts.Should()
            .Contain(text => text.StartsWith("SELECT", StringComparison.Ordinal) && text.Contains("\"api_keys\""));
    }

    [Fact]
    public async Task Start_StoreThatWasReplacedLater_DoesNotUseTheDatabase()
    {
        var logs = new Logs();

        await using var app = await StartAsync(
            keys => keys.AddEntityFrameworkStore(db => db.UseNpgsql("Host=127.0.0.1;Port=1;Username=nobody;Database=none"))
                .AddInMemoryStore(),
            logs);

        logs.Entries.Should().NotContain(entry => entry.Contains("database", StringComparison.OrdinalIgnoreCase));
    }

    private static async Task<App> StartAsync(Action<ApiKeyBuilder> store, Logs logs)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders().AddProvider(logs);
        store(builder.Services.AddHirePandaApiKeys());
        var app = builder.Build();
        await app.StartAsync(Token).WaitAsync(TimeSpan.FromSeconds(30), Token);
        return new App(app);
    }

    private static async Task<App> StartAsync(Action<DbContextOptionsBuilder> use, Logs logs)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders().AddProvider(logs);
        builder.Services.AddDbContext<SlowContext>(use);
        builder.Services.AddHirePandaApiKeys(options => options.Cache.StoreTimeout = TimeSpan.FromMilliseconds(500))
            .AddEntityFrameworkStore<SlowContext>();
        var app = builder.Build();
        await app.StartAsync(Token);
        return new App(app);
    }

    /// <summary>A host's context whose first use takes longer than the store's read time-out, as on a busy machine.</summary>
    private sealed class SlowContext(DbContextOptions<SlowContext> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            using var never = new ManualResetEventSlim();
            never.Wait(TimeSpan.FromSeconds(1.5), CancellationToken.None);
            modelBuilder.AddHirePandaApiKeys();
        }
    }

    private sealed class Commands : DbCommandInterceptor
    {
        public ConcurrentQueue<string> Texts { get; } = new();

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command, CommandEventData data, InterceptionResult<DbDataReader> result, CancellationToken token = default)
        {
            Texts.Enqueue(command.CommandText);
            return new(result);
        }
    }

    private sealed class Logs : ILoggerProvider, ILogger
    {
        private readonly List<string> _entries = [];

        public IReadOnlyList<string> Entries
        {
            get
            {
                lock (_entries)
                {
                    return [.. _entries];
                }
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_entries)
            {
                _entries.Add(formatter(state, exception));
            }
        }

        public void Dispose()
        {
        }
    }
}
