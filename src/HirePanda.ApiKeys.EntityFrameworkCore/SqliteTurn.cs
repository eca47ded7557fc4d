using System.Data.Common;
using System.Reflection;

namespace HirePanda.ApiKeys.EntityFrameworkCore;

/// <summary>
/// A write's turn on SQLite. While it lasts, the connection waits for the writers of other processes no longer than the library
/// allows: by default it blocks a thread for 30 seconds.
/// </summary>
internal sealed class SqliteTurn : IDisposable
{
    private readonly SemaphoreSlim _writer;
    private readonly DbConnection _connection;
    private readonly PropertyInfo? _property;
    private readonly object? _hosts;

    /// <summary>Begins a turn.</summary>
    /// <param name="writer">The semaphore, which was entered.</param>
    /// <param name="connection">The connection that writes.</param>
    /// <param name="timeout">How long the connection waits; a shorter time that the host has set stays.</param>
    public SqliteTurn(SemaphoreSlim writer, DbConnection connection, TimeSpan timeout)
    {
        (_writer, _connection) = (writer, connection);

        // The property belongs to Microsoft.Data.Sqlite, which this package does not depend on. Zero means no limit.
        _property = _connection.GetType().GetProperty("DefaultTimeout", typeof(int));
        _hosts = _property?.GetValue(_connection);
        var seconds = (int)timeout.TotalSeconds;
        if (_hosts is int hosts && (hosts == 0 || hosts > seconds))
        {
            _property!.SetValue(_connection, seconds);
        }
    }

    /// <summary>Ends the turn: the connection may be the host's own.</summary>
    public void Dispose()
    {
        _property?.SetValue(_connection, _hosts);
        _writer.Release();
    }
}
