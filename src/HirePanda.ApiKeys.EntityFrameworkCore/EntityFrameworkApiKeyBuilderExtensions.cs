using HirePanda.ApiKeys.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Stores API keys with Entity Framework Core.</summary>
public static class EntityFrameworkApiKeyBuilderExtensions
{
    /// <summary>
    /// Stores keys in separate tables of a SQLite or PostgreSQL database. The tables are created when the host starts, or when
    /// the store is first used, if that is earlier.
    /// </summary>
    /// <param name="builder">The host's API keys.</param>
    /// <param name="configure">Chooses the database, such as <c>db => db.UseSqlite("Data Source=keys.db")</c>.</param>
    public static ApiKeyBuilder AddEntityFrameworkStore(this ApiKeyBuilder builder, Action<DbContextOptionsBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.AddEntityFrameworkStore((_, db) => configure(db));
    }

    /// <inheritdoc cref="AddEntityFrameworkStore(ApiKeyBuilder, Action{DbContextOptionsBuilder})"/>
    /// <param name="builder">The host's API keys.</param>
    /// <param name="configure">
    /// Chooses the database with the host's services, such as
    /// <c>(services, db) => db.UseNpgsql(services.GetRequiredService&lt;NpgsqlDataSource&gt;())</c>. It is called once, with the
    /// root service provider.
    /// </param>
    public static ApiKeyBuilder AddEntityFrameworkStore(
        this ApiKeyBuilder builder, Action<IServiceProvider, DbContextOptionsBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.TryAddSingleton<SchemaSetup>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SchemaSetup>());
        builder.Services.AddHostedService<StoreWarmup<ApiKeyDbContext>>();
        builder.Services.AddDbContextPool<ApiKeyDbContext>((services, db) =>
        {
            // At the Information level, the store's commands would fill the host's log.
            db.ConfigureWarnings(events => events.Log((RelationalEventId.CommandExecuted, LogLevel.Debug)));
            db.AddInterceptors(services.GetRequiredService<SchemaSetup>());
            configure(services, db);
        });
        return builder.AddStore<EntityFrameworkApiKeyStore<ApiKeyDbContext>>(ServiceLifetime.Singleton);
    }

    /// <summary>
    /// Stores keys in the tables of a host's own context on SQLite or PostgreSQL. The model of the context must call
    /// <c>AddHirePandaApiKeys()</c>.
    /// </summary>
    /// <typeparam name="TContext">The host's context. The host registers and migrates it.</typeparam>
    /// <param name="builder">The host's API keys.</param>
    public static ApiKeyBuilder AddEntityFrameworkStore<TContext>(this ApiKeyBuilder builder)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddHostedService<HostContextCheck<TContext>>();
        builder.Services.AddHostedService<StoreWarmup<TContext>>();
        return builder.AddStore<EntityFrameworkApiKeyStore<TContext>>(ServiceLifetime.Singleton);
    }
}
