using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HirePanda.ApiKeys.EntityFrameworkCore.Tests;

/// <summary>Keys in the tables of a host's own context.</summary>
public sealed class HostContextTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Poll_Repeatedly_WritesNoCommandsIntoTheHostsLog(string provider)
    {
        var database = await Database.NewAsync(provider);
        using var log = new CapturedLog();
        await using var app = await database.StartAsync<PlainContext>(services =>
        {
            // The test runs the job.
            services.RemoveAll<BackgroundJob>();
            services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Information).AddProvider(log));
        });
        var poller = app.Services.GetRequiredService<ChangePoller>();
        await app.CreateAsync();
        log.Commands.Should().Contain(command => command.Contains("api_key_changes"), "other commands are the host's to see");
        await poller.TryRunAsync(Token);
        log.Clear();

        for (var i = 0; i < 3; i++)
        {
            await app.CreateAsync();
            log.Clear();
            (await poller.TryRunAsync(Token)).Should().BeTrue();
            log.Commands.Should().BeEmpty();
        }
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Model_OfAHostWithConventions_HasTheColumnsOfOneWithout(string provider)
    {
        var database = await Database.NewAsync(provider);

        var columns = Columns<ConventionsContext>(database);

        columns.Should().Equal(Columns<PlainContext>(database)).And.HaveCountGreaterThan(60);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Store_OfAHostWithConventions_KeepsLongValuesAsTheyAre(string provider)
    {
        var database = await Database.NewAsync(provider);
        await using var app = await database.StartAsync<ConventionsContext>();
        var networks = Enumerable.Range(0, 100).Select(i => $"10.0.{i}.0/24").ToList();
        var metadata = System.Text.Json.JsonSerializer.SerializeToElement(new { text = new string('x', 3_000) });

        var created = await app.ManageAsync(manager => manager.CreateAsync(
            App.Admin, new CreateApiKeyRequest
            {
                Name = "Nightly",
                Type = "ci",
                AllowedNetworks = networks,
                Metadata = metadata,
            }));

        var read = await app.Store.GetKeyAsync("acme", created.Value!.Key.Id, Token);
        read!.Name.Should().Be("Nightly");
        read.AllowedNetworks.Should().Equal(networks);
        read.Metadata!.Value.GetRawText().Should().Be(metadata.GetRawText());
    }

    private static List<string> Columns<TContext>(Database database)
        where TContext : DbContext
    {
        var options = new DbContextOptionsBuilder<TContext>();
        database.Use(options);
        using var db = (TContext)Activator.CreateInstance(typeof(TContext), options.Options)!;
        return [.. db.GetService<IDesignTimeModel>().Model.GetEntityTypes()
            .Where(type => type.ClrType.Assembly == typeof(KeyRow).Assembly)
            .SelectMany(type => type.GetProperties())
            .Select(property => $"{property.DeclaringType.ShortName()}.{property.Name}: {Describe(property)}")
            .Order(StringComparer.Ordinal)];
    }

    private static string Describe(IProperty property)
        => $"{property.GetColumnType()}, {property.IsNullable}, {property.GetMaxLength()}, {property.IsUnicode()}, "
            + $"{property.IsFixedLength()}, {property.GetCollation()}, {property.GetTypeMapping().Converter?.GetType().Name}";

    /// <summary>Collects the commands that Entity Framework logs at the default level.</summary>
    private sealed class CapturedLog : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _commands = [];

        public IReadOnlyCollection<string> Commands => _commands;

        public void Clear() => _commands.Clear();

        public ILogger CreateLogger(string categoryName)
            => categoryName == DbLoggerCategory.Database.Command.Name ? this : NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => _commands.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}

public abstract class HostContextStoreTests(string provider) : DatabaseStoreTests(provider)
{
    private protected override Task<App> StartAsync(Database database)
        => database.StartAsync<ConventionsContext>(services => services.RemoveAll<BackgroundJob>());
}

public sealed class HostContextSqliteStoreTests() : HostContextStoreTests("sqlite");

public sealed class HostContextPostgresStoreTests() : HostContextStoreTests("postgres");
