using System.Data.Common;

namespace HirePanda.ApiKeys.EntityFrameworkCore;

/// <summary>Creates the file of a SQLite database so that only its owner can read and write it.</summary>
internal static class SqliteFile
{
    private const string DataDirectory = "|DataDirectory|";

    /// <summary>
    /// Creates an empty file, which SQLite treats as an empty database. SQLite gives its other files the same mode. An existing
    /// file keeps its mode. This method ignores an invalid path, because SQLite reports it when it opens the database.
    /// </summary>
    /// <param name="connectionString">The connection string of the database.</param>
    public static void CreatePrivate(string connectionString)
    {
        if (OperatingSystem.IsWindows() || FindPath(connectionString) is not { } path)
        {
            return;
        }

        try
        {
            new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }).Dispose();
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // The file exists or cannot be created.
        }
    }

    /// <summary>Gets the path of the file that SQLite would create, or null if it creates none or the name is a URI.</summary>
    private static string? FindPath(string connectionString)
    {
        var values = new DbConnectionStringBuilder { ConnectionString = connectionString };
        var name = Value("Data Source") ?? Value("DataSource") ?? Value("Filename") ?? "";
        if (name.Length == 0 || name == ":memory:" || name.StartsWith("file:", StringComparison.OrdinalIgnoreCase)
            || (Value("Mode") is { } mode && !mode.Equals("ReadWriteCreate", StringComparison.OrdinalIgnoreCase)))
        {
            return null;
        }

        var directory = AppDomain.CurrentDomain.GetData("DataDirectory") as string ?? "";
        return name.StartsWith(DataDirectory, StringComparison.OrdinalIgnoreCase)
            ? Path.Combine(directory, name[DataDirectory.Length..].TrimStart('/'))
            : Path.Combine(directory, name);

        string? Value(string key) => values.TryGetValue(key, out var value) ? value.ToString() : null;
    }
}
