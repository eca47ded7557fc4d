using System.Data.Common;
using System.Reflection;

namespace HirePanda.ApiKeys.EntityFrameworkCore;

/// <summary>
/// A write's turn on SQLite. During the turn, the library limits how long the connection waits for the writers of other
/// processes. By default, a connection blocks a thread for up to 30 seconds.
/// </summary>
internal sealed class SqliteTurn : IDisposable
{
    private readonly SemaphoreSlim _writer;
    private readonly DbConnection _connection;
    private readonly PropertyInfo? _property;
    private readonly object? _hostTimeout;

    /// <summary>Starts a turn.</summary>
    /// <param name="writer">The semaphore. The caller has entered it, and <see cref="Dispose"/> releases it.</param>
    /// <param name="connection">The connection that writes.</param>
    /// <param name="timeout">The longest wait of the connection. A shorter time-out of the host is kept.</param>
    public SqliteTurn(SemaphoreSlim writer, DbConnection connection, TimeSpan timeout)
    {
        (_writer, _connection) = (writer, connection);

        // The property belongs to Microsoft.Data.Sqlite, which this package does not depend on. Zero means no limit.
        _property = _connection.GetType().GetProperty("DefaultTimeout", typeof(int));
        _hostTimeout = _property?.GetValue(_connection);
        var seconds = (int)timeout.TotalSeconds;
        if (_hostTimeout is int hostTimeout && (hostTimeout == 0 || hostTimeout > seconds))
        {
            _property!.SetValue(_connection, seconds);
        }
    }

    /// <summary>Ends the turn and restores the time-out, because the connection can belong to the host.</summary>
    public void Dispose()
    {
        _property?.SetValue(_connection, _hostTimeout);
        _writer.Release();
    }
}
