using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Stores every log entry with its state values and its exception.</summary>
internal sealed class LogCollector : ILoggerProvider
{
    private readonly ConcurrentQueue<(string Category, LogLevel Level, string Text)> _entries = new();

    /// <summary>Gets the entries of the library.</summary>
    public IReadOnlyList<(string Category, LogLevel Level, string Text)> Ours
        => [.. _entries.Where(entry => entry.Category.StartsWith("HirePanda.ApiKeys.", StringComparison.Ordinal))];

    /// <summary>Gets all logged errors, including those of the server.</summary>
    public IReadOnlyList<string> Errors
        => [.. _entries.Where(entry => entry.Level is LogLevel.Error or LogLevel.Critical).Select(entry => entry.Text)];

    /// <summary>Gets all log entries as text.</summary>
    public string All => string.Join('\n', _entries.Select(entry => entry.Text));

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(LogCollector collector, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            collector._entries.Enqueue((category, LogLevel.None, Values(state)));
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => collector._entries.Enqueue((category, logLevel, $"{formatter(state, exception)} {Values(state)} {exception}"));

        private static string Values(object? state) => state is IEnumerable<KeyValuePair<string, object?>> values
            ? string.Join(' ', values.Select(pair => $"{pair.Key}={pair.Value}"))
            : state?.ToString() ?? "";
    }
}
