using HirePanda.ApiKeys.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Stores API keys with Entity Framework Core.</summary>
public static class EntityFrameworkApiKeyBuilderExtensions
{
    /// <summary>Stores keys in tables of their own, which are made at start: on SQLite or PostgreSQL.</summary>
    /// <param name="builder">The host's API keys.</param>
    /// <param name="configure">Chooses the database, such as <c>db => db.UseSqlite("Data Source=keys.db")</c>.</param>
    public static ApiKeyBuilder AddEntityFrameworkStore(this ApiKeyBuilder builder, Action<DbContextOptionsBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.AddDbContextPool<ApiKeyDbContext>(db =>
        {
            // The change table is read every second: as information about every command that would drown the host's log.
            db.ConfigureWarnings(events => events.Log((RelationalEventId.CommandExecuted, LogLevel.Debug)));
            configure(db);
        });
        builder.Services.AddHostedService<SchemaSetup>();
        return builder.AddEntityFrameworkStore<ApiKeyDbContext>();
    }

    /// <summary>Stores keys in the tables of a host's own context, whose model calls <c>AddHirePandaApiKeys()</c>.</summary>
    /// <typeparam name="TContext">The host's context, which it registers and migrates by itself.</typeparam>
    /// <param name="builder">The host's API keys.</param>
    public static ApiKeyBuilder AddEntityFrameworkStore<TContext>(this ApiKeyBuilder builder)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<EntityFrameworkApiKeyStore<TContext>>();
        builder.Services.AddHostedService<StoreWarmup<TContext>>();
        return builder.AddStore<EntityFrameworkApiKeyStore<TContext>>(ServiceLifetime.Singleton);
    }
}
