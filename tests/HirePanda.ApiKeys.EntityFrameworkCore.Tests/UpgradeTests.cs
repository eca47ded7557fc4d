using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace HirePanda.ApiKeys.EntityFrameworkCore.Tests;

/// <summary>
/// Databases of older releases, which this release opens without data loss. The files in <c>Upgrade</c> are dumps of such
/// databases. Do not change them. Add a file for each released version.
/// </summary>
public sealed class UpgradeTests
{
    private const string AdminSecret = "hp_live_61nBK1WLeGCGSOSzthz6ZCAtevQed21cBOLY";
    private const string CiSecret = "hp_ci_Xod2bAI3UM2zYKJTxJRTCdHW4VMitf4ByM2H";
    private const string RevokedSecret = "hp_dev_oUTLyKZXWKonHSWSHMUri77ghsSieU4J6poW";
    private const string AdminId = "key_01a221eaa07d7c57a887fb1fffe237a8";
    private const string CiId = "key_01a221eaa09b71a8b5aede41717959e6";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("version2", "sqlite")]
    [InlineData("version2", "postgres")]
    public async Task Start_OnOlderTables_KeepsEveryValueOfEveryRow(string version, string provider)
    {
        var database = await RestoreAsync(version, provider);
        var tables = await TablesAsync(database, provider);
        var before = await RowsAsync(database, tables);
        before.Keys.Should().HaveCount(9);
        before.Values.Should().OnlyContain(rows => rows.Count > 0, "the dump contains rows of every table");

        var nodes = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => StartAsync(database), Token)));

        (await RowsAsync(database, tables)).Should().BeEquivalentTo(before, options => options.WithStrictOrdering());
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("version2", "sqlite")]
    [InlineData("version2", "postgres")]
    public async Task Start_OnOlderTables_LeavesTheSchemaOfANewDatabase(string version, string provider)
    {
        var old = await RestoreAsync(version, provider);
        var fresh = await Database.NewAsync(provider);
        (await SchemaAsync(old, provider)).Should().NotBeEmpty();

        await using var upgraded = await StartAsync(old);
        await using var made = await StartAsync(fresh);

        (await SchemaAsync(old, provider)).Should().BeEquivalentTo(await SchemaAsync(fresh, provider));
        (await VersionAsync(old)).Should().Equal(await VersionAsync(fresh));
    }

    [Theory]
    [InlineData("version2", "sqlite")]
    [InlineData("version2", "postgres")]
    public async Task Start_OnOlderTables_ServesWhatTheyHold(string version, string provider)
    {
        await using var app = await StartAsync(await RestoreAsync(version, provider));

        (await app.VerifyAsync(AdminSecret)).Should().Be(ApiKeyOutcome.Valid);
        (await app.VerifyAsync(CiSecret)).Should().Be(ApiKeyOutcome.Valid);
        (await app.VerifyAsync(RevokedSecret)).Should().Be(ApiKeyOutcome.Revoked);
        var ci = (await app.Store.GetKeyAsync("acme", CiId, Token))!;
        ci.Should().BeEquivalentTo(new
        {
            Name = "Nightly 🐼 'x'",
            Type = "ci",
            Tier = "write",
            Permissions = new[] { "analytics:read" },
            CreatedBy = AdminId,
            RateLimits = new[] { new RateLimit(500, TimeSpan.FromMinutes(1)), new RateLimit(10_000, TimeSpan.FromHours(1)) },
            IsExpiryShortened = false,
            Version = 1,
        });
        ci.Metadata!.Value.GetRawText().Should().Be("""{"team":"zoo","n":[1,null,{"ж":"…"}]}""");
        (await app.ManageAsync(manager => manager.ListAsync(App.Admin))).Value!.Items.Should().HaveCount(3);
        (await app.Store.GetWorkspaceAsync("acme", Token))!.AllowedNetworks.Should().Equal("192.0.2.0/24");
        (await app.Store.ListAuditAsync("acme", null, 10, Token)).Should().HaveCount(5);
        var alertStore = app.Services.GetRequiredService<IApiKeyAlertStore>();
        var alerts = await alertStore.ListAlertsAsync("acme", null, 10, Token);
        alerts.Select(alert => (alert.Id, alert.AcknowledgedBy)).Should().Equal(("alr_2", AdminId), ("alr_1", null));
        (await alertStore.ListWebhooksAsync("acme", null, 10, Token)).Should().ContainSingle(webhook => webhook.Id == "whk_1");
    }

    [Theory]
    [InlineData("version2", "sqlite")]
    [InlineData("version2", "postgres")]
    public async Task Start_OnOlderTables_TakesChanges(string version, string provider)
    {
        await using var app = await StartAsync(await RestoreAsync(version, provider));

        var rotated = await app.ManageAsync(manager => manager.RotateAsync(App.Admin, CiId));
        var (_, added) = await app.CreateAsync();

        rotated.Succeeded.Should().BeTrue();
        (await app.VerifyAsync(rotated.Value!.Secret)).Should().Be(ApiKeyOutcome.Valid);
        (await app.VerifyAsync(added)).Should().Be(ApiKeyOutcome.Valid);
        var last = await app.Services.GetRequiredService<IApiKeyChangeFeed>().GetLastChangeAsync(Token);
        last.Should().BeGreaterThan(6, "numbers continue from the old ones");
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Start_OnTablesOfVersion4_AddsTheIndexes(string provider)
    {
        var database = await Database.NewAsync(provider);
        await (await StartAsync(database)).DisposeAsync();
        var schema = await SchemaAsync(database, provider);
        foreach (var sql in new[]
        {
            "DROP INDEX \"IX_api_key_audit_Workspace_KeyId_At_Id\"",
            "DROP INDEX \"IX_api_key_alerts_Workspace_AcknowledgedAt_RaisedAt_Id\"",
            "UPDATE api_key_schema SET version = 4",
        })
        {
            await ReadAsync(database, sql);
        }

        (await SchemaAsync(database, provider)).Should().HaveCount(schema.Count - 2);
        await using var upgraded = await StartAsync(database);

        (await SchemaAsync(database, provider)).Should().Equal(schema);
        (await VersionAsync(database)).Should().Equal("5");
    }

    private static async Task<Database> RestoreAsync(string version, string provider)
    {
        var database = await Database.NewAsync(provider);
        await using var connection = await ConnectAsync(database);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The SQL is a file of this project.
        command.CommandText = await File.ReadAllTextAsync(
            Path.Combine(AppContext.BaseDirectory, "Upgrade", $"{version}.{provider}.sql"), Token);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Token);
        return database;
    }

    /// <summary>Starts a node without background jobs.</summary>
    private static Task<App> StartAsync(Database database)
        => database.StartAsync(services => services.RemoveAll<BackgroundJob>());

    private static Task<List<string>> VersionAsync(Database database)
        => ReadAsync(database, "SELECT version FROM api_key_schema");

    private static async Task<DbConnection> ConnectAsync(Database database)
    {
        DbConnection connection = database.ConnectionString.StartsWith("Data Source", StringComparison.Ordinal)
            ? new SqliteConnection(database.ConnectionString)
            : new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(Token);
        return connection;
    }

    /// <summary>Gets the tables with their current columns.</summary>
    private static async Task<ILookup<string, string>> TablesAsync(Database database, string provider)
        => (await ReadAsync(database, ColumnsSql(provider))).Select(column => column.Split('|'))
            .Where(column => column[0] != "api_key_schema")
            .ToLookup(column => column[0], column => column[1]);

    private static async Task<Dictionary<string, List<string>>> RowsAsync(Database database, ILookup<string, string> tables)
    {
        var rows = new Dictionary<string, List<string>>();
        foreach (var table in tables)
        {
            var columns = string.Join(", ", table.Select(column => $"\"{column}\""));
            rows[table.Key] = await ReadAsync(database, $"SELECT {columns} FROM {table.Key}");
        }

        return rows;
    }

    private static async Task<List<string>> SchemaAsync(Database database, string provider) =>
    [
        .. await ReadAsync(database, ColumnsSql(provider)),
        .. await ReadAsync(database, provider == "sqlite"
            ? "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            : "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"),
    ];

    private static string ColumnsSql(string provider) => provider == "sqlite"
        ? """
            SELECT entry.name, field.name, field.type, field."notnull", field.pk FROM sqlite_master AS entry
            JOIN pragma_table_info(entry.name) AS field WHERE entry.type = 'table' AND entry.name LIKE 'api_key%'
            """
        : """
            SELECT table_name, column_name, data_type, is_nullable, is_identity FROM information_schema.columns
            WHERE table_schema = 'public'
            """;

    private static async Task<List<string>> ReadAsync(Database database, string sql)
    {
        await using var connection = await ConnectAsync(database);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The SQL contains only names from the database.
        command.CommandText = sql;
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync(Token);
        var rows = new List<string>();
        while (await reader.ReadAsync(Token))
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetValue(i) switch
            {
                byte[] bytes => Convert.ToHexString(bytes),
                DBNull => "NULL",
                var value => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture),
            })));
        }

        return [.. rows.Order(StringComparer.Ordinal)];
    }
}
