using Npgsql;

namespace HirePanda.ApiKeys.Tests;

/// <summary>New databases for the sample.</summary>
internal static class SampleDatabase
{
    public static string Postgres => Environment.GetEnvironmentVariable("HIREPANDA_POSTGRES")
        ?? throw new InvalidOperationException("HIREPANDA_POSTGRES is not set: ./test.sh starts a PostgreSQL and sets it.");

    /// <summary>Creates an empty database and returns the environment variable that makes the sample use it.</summary>
    public static async Task<(string Name, string Value)> NewAsync(string provider)
    {
        if (provider == "sqlite")
        {
            return (
                "ConnectionStrings__ApiKeys",
                $"Data Source={Directory.CreateTempSubdirectory("hirepanda-keys-").FullName}/keys.db");
        }

        var name = $"sample_{Guid.NewGuid():N}";
        await CreateAsync(name);
        return (
            "ConnectionStrings__Postgres",
            new NpgsqlConnectionStringBuilder(Postgres) { Database = name, MaxPoolSize = 10 }.ConnectionString);
    }

    public static async Task CreateAsync(string name)
    {
        await using var connection = new NpgsqlConnection(Postgres);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
