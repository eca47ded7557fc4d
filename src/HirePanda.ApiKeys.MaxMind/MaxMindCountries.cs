using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.MaxMind;

/// <summary>
/// Resolves countries from a file. It checks the file every 10 seconds. Unlike a file system watcher, this also detects changes
/// on a network share, in a container volume, or behind a symbolic link.
/// </summary>
internal sealed partial class MaxMindCountries : IApiKeyCountryResolver, IHostedService, IDisposable
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(10);

    private readonly string _path;
    private readonly ILogger<MaxMindCountries> _logger;
    private readonly ITimer _timer;
    private volatile CountryFile? _file;
    private (DateTime WrittenAt, long Length) _seen;
    private string? _problem;

    /// <summary>Creates a resolver. Countries are unknown until it is started.</summary>
    /// <param name="path">The file's full path.</param>
    /// <param name="time">The clock for the checks.</param>
    /// <param name="logger">The log for loaded files and errors.</param>
    public MaxMindCountries(string path, TimeProvider time, ILogger<MaxMindCountries> logger)
    {
        (_path, _logger) = (path, logger);
        _timer = time.CreateTimer(_ => LookAndWait(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public string? GetCountry(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return _file?.GetCountry(address);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        LookAndWait();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _timer.Dispose();

    private void LookAndWait()
    {
        try
        {
            Look();
        }
#pragma warning disable CA1031 // The reader does not document which exceptions it throws for data of another format.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _seen = exception is IOException ? default : _seen;
            Report(exception switch
            {
                InvalidDataException => exception.Message,
                FileNotFoundException or DirectoryNotFoundException => "does not exist",
                IOException or UnauthorizedAccessException => $"cannot be read ({exception.Message})",
                _ => $"is damaged or is not a MaxMind DB file ({exception.Message})",
            });
        }

        _timer.Change(_interval, Timeout.InfiniteTimeSpan);
    }

    private void Look()
    {
        // One handle is used for everything, because another file can replace this one at any time.
        using var stream = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var stamp = Stamp(stream);
        if (stamp == _seen)
        {
            return;
        }

        var content = new byte[stream.Length];
        stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        if (Stamp(stream) != stamp)
        {
            // The file is still being written. The next check reads it.
            return;
        }

        _seen = stamp;
        _file = new CountryFile(new MemoryStream(content), _logger);
        _problem = null;
        LogLoaded(_path, _file.BuiltAt);
    }

    private static (DateTime WrittenAt, long Length) Stamp(FileStream stream)
        => (File.GetLastWriteTimeUtc(stream.SafeFileHandle), stream.Length);

    /// <summary>Logs a problem once until it changes.</summary>
    private void Report(string problem)
    {
        if (problem != _problem)
        {
            _problem = problem;
            LogUnusable(
                _path,
                problem,
                _file is null ? "are unknown" : "still come from the previous file",
                (int)_interval.TotalSeconds);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Client countries come from {Path}, built {BuiltAt:u}.")]
    private partial void LogLoaded(string path, DateTime builtAt);

    [LoggerMessage(
        2,
        LogLevel.Error,
        "The country file {Path} {Problem}. Client countries {Effect}. Put a country file in MaxMind DB format there, "
        + "such as GeoLite2-Country.mmdb. It is loaded within {Seconds} seconds.")]
    private partial void LogUnusable(string path, string problem, string effect, int seconds);
}
