using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>
/// Measures the time to the first byte of a usage report over HTTP, for 30 days of a workspace with the given number of usage
/// rows. It prints the first time and the median.
/// </summary>
internal static class UsageBenchmark
{
    private const int Days = 30;
    private const int Repeats = 9;
    private const string Columns = """("Workspace","KeyId","Level","Dimension","At","Name","Bucket","Requests","Errors")""";

    private static readonly DateTimeOffset _now = new(DateTime.UtcNow.Date, TimeSpan.Zero);

    public static async Task RunAsync(int rows)
    {
        var folder = Directory.CreateTempSubdirectory("hirepanda-bench-").FullName;
        var file = $"Data Source={folder}/usage.db";
        await RunAsync("SQLite", db => db.UseSqlite(file), key => FillSqliteAsync(file, rows, key));
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
        if (Environment.GetEnvironmentVariable("HIREPANDA_POSTGRES") is { Length: > 0 } server)
        {
            var name = $"bench_{Guid.NewGuid():N}";
            await ExecuteAsync(server, $"CREATE DATABASE {name}");
            var database = new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
            await RunAsync("PostgreSQL", db => db.UseNpgsql(database), key => FillPostgresAsync(database, rows, key));
            NpgsqlConnection.ClearAllPools();
            await ExecuteAsync(server, $"DROP DATABASE {name} WITH (FORCE)");
        }
    }

    private static async Task RunAsync(string name, Action<DbContextOptionsBuilder> use, Func<string, Task<int>> fillAsync)
    {
        string keyId, secret;
        await using (var empty = await StartAsync(use))
        {
            await using var scope = empty.Services.CreateAsyncScope();
            var created = await scope.ServiceProvider.GetRequiredService<ApiKeyManager>().CreateAsync(
                new ApiKeyActor { Id = "bench", Workspace = "bench", Tier = "admin" },
                new CreateApiKeyRequest { Name = "bench", Type = ApiKeyTypes.Production });
            (keyId, secret) = (created.Value!.Key.Id, created.Value.Secret);
            await empty.StopAsync();
        }

        var count = await fillAsync(keyId);
        await using var app = await StartAsync(use);
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        using var client = new HttpClient { BaseAddress = new Uri(addresses.First()) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        foreach (var (label, query) in new[] { ("workspace", ""), ("one-key", $"&keyId={keyId}"), ("by-day", "&interval=day") })
        {
            var times = new double[Repeats];
            for (var i = 0; i < Repeats; i++)
            {
                times[i] = await FirstByteAsync(
                    client,
                    $"/api-keys/usage?from={_now.AddDays(-Days):yyyy-MM-ddTHH:mm:ssZ}&to={_now:yyyy-MM-ddTHH:mm:ssZ}{query}");
            }

            var first = times[0];
            Array.Sort(times);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name} rows={count} report={label} days={Days} first-byte={first:F0}ms median={times[Repeats / 2]:F0}ms"));
        }

        await app.StopAsync();
    }

    private static async Task<double> FirstByteAsync(HttpClient client, string path)
    {
        var before = Stopwatch.GetTimestamp();
        using var response = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        var time = Stopwatch.GetElapsedTime(before).TotalMilliseconds;
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode && !text.Contains("\"totals\":{\"requests\":0,", StringComparison.Ordinal)
            ? time
            : throw new InvalidOperationException(
                $"The report is wrong, so its time is not valid: {text[..Math.Min(500, text.Length)]}");
    }

    private static async Task<WebApplication> StartAsync(Action<DbContextOptionsBuilder> use)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddHirePandaApiKeys().AddEntityFrameworkStore(use);
        var app = builder.Build();
        app.MapHirePandaApiKeys("/api-keys");
        await app.StartAsync();
        return app;
    }

    /// <summary>
    /// Gets rows as the library writes them, in the order of the table's key. For every hour and day, each key has five endpoints
    /// with six latency buckets, three statuses, and three countries. The workspace has twenty endpoints with ten buckets, six
    /// statuses, twenty countries, and its keys.
    /// </summary>
    private static IEnumerable<(
        string KeyId, int Level, int Dimension, long At, string Name, int Bucket)> Rows(int rows, string firstKey)
    {
        var perKey = Days * 25 * ((5 * 6) + 3 + 3);
        var keys = Math.Max(1, rows / (perKey + (Days * 25)));
        foreach (var key in Enumerable.Range(-1, keys + 1))
        {
            var (keyId, endpoints, buckets, statuses, countries) = key < 0
                ? ("", 20, 10, 6, 20)
                : (Key(key, firstKey), 5, 6, 3, 3);
            foreach (var (level, step) in new[] { (1, TimeSpan.FromHours(1)), (2, TimeSpan.FromDays(1)) })
            {
                foreach (
                    var (dimension, names) in new[] { (0, statuses), (1, endpoints), (2, countries), (3, key < 0 ? keys : 0) })
                {
                    for (var at = _now.AddDays(-Days); at < _now; at += step)
                    {
                        for (var name = 0; name < names; name++)
                        {
                            for (var bucket = 0; bucket < (dimension == 1 ? buckets : 1); bucket++)
                            {
                                yield return (
                                    keyId,
                                    level,
                                    dimension,
                                    (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond,
                                    Name(dimension, name, firstKey),
                                    dimension == 1 ? 90 + bucket : 0);
                            }
                        }
                    }
                }
            }
        }
    }

    private static string Key(int number, string firstKey)
        => number == 0 ? firstKey : string.Create(CultureInfo.InvariantCulture, $"key_{number:D28}");

    private static string Name(int dimension, int number, string firstKey) => dimension switch
    {
        0 => string.Create(CultureInfo.InvariantCulture, $"{200 + (number * 50)}"),
        1 => string.Create(CultureInfo.InvariantCulture, $"GET /api/v1/resources-{number:D3}/{{id}}"),
        2 => $"{(char)('A' + number)}X",
        _ => Key(number, firstKey),
    };

    private static async Task<int> FillSqliteAsync(string file, int rows, string firstKey)
    {
        await using var connection = new SqliteConnection(file);
        await connection.OpenAsync();
        await using var transaction = (SqliteTransaction)await connection.BeginTransactionAsync();
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"INSERT INTO api_key_usage {Columns} VALUES ('bench',@0,@1,@2,@3,@4,@5,7,1)";
        var parameters = Enumerable.Range(0, 6).Select(i => command.Parameters.AddWithValue($"@{i}", 0)).ToArray();
        var count = 0;
        foreach (var row in Rows(rows, firstKey))
        {
            (parameters[0].Value, parameters[1].Value, parameters[2].Value) = (row.KeyId, row.Level, row.Dimension);
            (parameters[3].Value, parameters[4].Value, parameters[5].Value) = (row.At, row.Name, row.Bucket);
            await command.ExecuteNonQueryAsync();
            count++;
        }

        await transaction.CommitAsync();
        return count;
    }

    private static async Task<int> FillPostgresAsync(string database, int rows, string firstKey)
    {
        var count = 0;
        await using (var connection = new NpgsqlConnection(database))
        {
            await connection.OpenAsync();
            await using var import = await connection.BeginBinaryImportAsync(
                $"COPY api_key_usage {Columns} FROM STDIN (FORMAT BINARY)");
            foreach (var row in Rows(rows, firstKey))
            {
                await import.StartRowAsync();
                await import.WriteAsync("bench");
                await import.WriteAsync(row.KeyId);
                await import.WriteAsync(row.Level);
                await import.WriteAsync(row.Dimension);
                await import.WriteAsync(row.At);
                await import.WriteAsync(row.Name);
                await import.WriteAsync(row.Bucket);
                await import.WriteAsync(7L);
                await import.WriteAsync(1L);
                count++;
            }

            await import.CompleteAsync();
        }

        await ExecuteAsync(database, "VACUUM ANALYZE api_key_usage");
        return count;
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }
}
