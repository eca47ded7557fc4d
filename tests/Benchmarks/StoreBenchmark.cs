using System.Buffers.Binary;
using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>
/// Measures the cost of a cache miss: a lookup by hash of random keys through the library's store, compared with the same read
/// without Entity Framework. It also compares a page in the middle of the list with the first page. Compare the ratios, not the
/// times.
/// </summary>
internal static class StoreBenchmark
{
    private const int Lookups = 2_000;
    private const int WarmUps = 5;
    private const int PageSize = 100;

    private static readonly DateTimeOffset _start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static async Task RunAsync(IReadOnlyList<int> sizes)
    {
        await RunAsync("SQLite", sizes, SqliteAsync);
        if (Environment.GetEnvironmentVariable("HIREPANDA_POSTGRES") is { Length: > 0 } server)
        {
            await RunAsync("PostgreSQL", sizes, size => PostgresAsync(server, size));
        }
    }

    private static async Task RunAsync(string name, IReadOnlyList<int> sizes, Func<int, Task<Subject>> prepare)
    {
        double? first = null;
        foreach (var size in sizes)
        {
            var seeding = Stopwatch.StartNew();
            var subject = await prepare(size);
            seeding.Stop();
            using (subject.Host)
            {
                var lookups = subject.Host.Services.GetRequiredService<IApiKeyStore>();
                var store = subject.Host.Services.GetRequiredService<IApiKeyManagementStore>();
                for (var warmUp = 0; warmUp < WarmUps; warmUp++)
                {
                    await LookupsAsync(lookups, size);
                    await RawAsync(subject, size);
                    await PageAsync(store, null);
                }

                var raw = await RawAsync(subject, size);
                var ours = await LookupsAsync(lookups, size);
                first ??= ours;
                var head = await PageAsync(store, null);
                var deep = await PageAsync(store, size / 2);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name} keys={size} lookup={ours:F0}us raw={raw:F0}us lookup/raw={ours / raw:F2} "
                    + $"lookup/first-size={ours / first:F2} page-first={head:F0}us page-middle={deep:F0}us "
                    + $"middle/first={deep / head:F2} seeded-in={seeding.Elapsed.TotalSeconds:F0}s"));
            }

            await subject.DropAsync();
        }
    }

    private static Task<double> LookupsAsync(IApiKeyStore store, int size) => MedianAsync(Lookups, async random =>
    {
        var number = random.Next(size);
        var key = await store.FindByHashAsync([new ApiKeyHash(Hash(number))], CancellationToken.None);
        return key?.Id == Id(number);
    });

    private static async Task<double> RawAsync(Subject subject, int size)
    {
        await using var connection = subject.Connect();
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT * FROM api_keys WHERE \"Hash\" = @hash LIMIT 1";
        var hash = command.CreateParameter();
        hash.ParameterName = "@hash";
        hash.Value = Hash(0);
        command.Parameters.Add(hash);
        await command.PrepareAsync();
        return await MedianAsync(Lookups, async random =>
        {
            var number = random.Next(size);
            hash.Value = Hash(number);
            await using var reader = await command.ExecuteReaderAsync();
            return await reader.ReadAsync() && reader.GetString(reader.GetOrdinal("Id")) == Id(number);
        });
    }

    private static Task<double> PageAsync(IApiKeyManagementStore store, int? after) => MedianAsync(50, async _ =>
    {
        var query = new ApiKeyQuery
        {
            Workspace = "bench",
            Limit = PageSize,
            Now = _start,
            After = after is { } number ? new ApiKeyPageToken { At = _start.AddSeconds(number), Id = Id(number) } : null,
        };
        return (await store.ListKeysAsync(query, CancellationToken.None)).Count == PageSize;
    });

    /// <summary>Measures the median of the given number of calls, in microseconds.</summary>
    private static async Task<double> MedianAsync(int calls, Func<Random, Task<bool>> call)
    {
        var random = new Random(7);
        var times = new double[calls];
        for (var i = 0; i < calls; i++)
        {
            var before = Stopwatch.GetTimestamp();
            var isRight = await call(random);
            times[i] = Stopwatch.GetElapsedTime(before).TotalMicroseconds;
            if (!isRight)
            {
                throw new InvalidOperationException("The store returned a wrong result, so its time is not valid.");
            }
        }

        Array.Sort(times);
        return times[calls / 2];
    }

    private static async Task<Subject> SqliteAsync(int size)
    {
        var folder = Directory.CreateTempSubdirectory("hirepanda-bench-").FullName;
        var text = $"Data Source={folder}/keys.db";
        var host = await StartAsync(db => db.UseSqlite(text));
        await using var connection = new SqliteConnection(text);
        await connection.OpenAsync();
        await using var transaction = (SqliteTransaction)await connection.BeginTransactionAsync();
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = """
            INSERT INTO api_keys ("Id","Workspace","Hash","Name","Type","Permissions","Hint","CreatedAt",
                "AllowedNetworks","RateLimits","Version")
            VALUES (@id,'bench',@hash,'bench','ci','[]','hp_ci_abcd',@at,'[]','[]',1)
            """;
        var id = command.Parameters.Add("@id", SqliteType.Text);
        var hash = command.Parameters.Add("@hash", SqliteType.Blob);
        var at = command.Parameters.Add("@at", SqliteType.Integer);
        for (var i = 0; i < size; i++)
        {
            (id.Value, hash.Value, at.Value) = (Id(i), Hash(i), At(i));
            await command.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
        return new Subject(host, () => new SqliteConnection(text), () =>
        {
            SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
            return Task.CompletedTask;
        });
    }

    private static async Task<Subject> PostgresAsync(string server, int size)
    {
        var name = $"bench_{Guid.NewGuid():N}";
        await ExecuteAsync(server, $"CREATE DATABASE {name}");
        var text = new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
        var host = await StartAsync(db => db.UseNpgsql(text));
        await using (var connection = new NpgsqlConnection(text))
        {
            await connection.OpenAsync();
            await using var import = await connection.BeginBinaryImportAsync("""
                COPY api_keys ("Id","Workspace","Hash","Name","Type","Permissions","Hint","CreatedAt",
                    "AllowedNetworks","RateLimits","Version") FROM STDIN (FORMAT BINARY)
                """);
            for (var i = 0; i < size; i++)
            {
                await import.StartRowAsync();
                await import.WriteAsync(Id(i));
                await import.WriteAsync("bench");
                await import.WriteAsync(Hash(i));
                await import.WriteAsync("bench");
                await import.WriteAsync("ci");
                await import.WriteAsync("[]");
                await import.WriteAsync("hp_ci_abcd");
                await import.WriteAsync(At(i));
                await import.WriteAsync("[]");
                await import.WriteAsync("[]");
                await import.WriteAsync(1L);
            }

            await import.CompleteAsync();
        }

        await ExecuteAsync(text, "VACUUM ANALYZE api_keys");
        return new Subject(host, () => new NpgsqlConnection(text), async () =>
        {
            NpgsqlConnection.ClearAllPools();
            await ExecuteAsync(server, $"DROP DATABASE {name} WITH (FORCE)");
        });
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<IHost> StartAsync(Action<DbContextOptionsBuilder> use)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddHirePandaApiKeys().AddEntityFrameworkStore(use);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static string Id(int number) => string.Create(CultureInfo.InvariantCulture, $"key_{number:D12}");

    private static long At(int number)
        => (_start.AddSeconds(number).UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private static byte[] Hash(int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return SHA256.HashData(bytes);
    }

    private sealed record Subject(IHost Host, Func<DbConnection> Connect, Func<Task> DropAsync);
}
