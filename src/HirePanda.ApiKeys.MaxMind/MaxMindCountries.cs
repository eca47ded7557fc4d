using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.MaxMind;

/// <summary>
/// The countries of a file, which is looked at every few seconds: unlike an operating system's watcher that also sees a file on a
/// network share, in a container's volume or behind a symbolic link change.
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

    /// <summary>Makes a resolver that knows nothing until it is started.</summary>
    /// <param name="path">The file's full path.</param>
    /// <param name="time">When to look.</param>
    /// <param name="logger">Where it says what it found.</param>
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
#pragma warning disable CA1031 // What the reader throws at bytes of another format is not its contract.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _seen = exception is IOException ? default : _seen;
            Report(exception switch
            {
                InvalidDataException => exception.Message,
                FileNotFoundException or DirectoryNotFoundException => "does not exist",
                IOException or UnauthorizedAccessException => $"cannot be read ({exception.Message})",
                _ => $"is damaged or no MaxMind DB file ({exception.Message})",
            });
        }

        _timer.Change(_interval, Timeout.InfiniteTimeSpan);
    }

    private void Look()
    {
        // All by one handle: another file may be renamed over the path at any time.
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
            // Somebody is still writing it: next time.
            return;
        }

        _seen = stamp;
        _file = new CountryFile(new MemoryStream(content), _logger);
        _problem = null;
        LogLoaded(_path, _file.BuiltAt);
    }

    private static (DateTime WrittenAt, long Length) Stamp(FileStream stream)
        => (File.GetLastWriteTimeUtc(stream.SafeFileHandle), stream.Length);

    /// <summary>Says what is wrong, once.</summary>
    private void Report(string problem)
    {
        if (problem != _problem)
        {
            _problem = problem;
            LogUnusable(
                _path,
                problem,
                _file is null ? "are unknown" : "still come from the file that was there before",
                (int)_interval.TotalSeconds);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Countries of callers come from {Path}, built {BuiltAt:u}.")]
    private partial void LogLoaded(string path, DateTime builtAt);

    [LoggerMessage(
        2,
        LogLevel.Error,
        "The country file {Path} {Problem}: countries of callers {Effect}. Put a country file in MaxMind DB format there, "
        + "such as GeoLite2-Country.mmdb; it is picked up within {Seconds} seconds.")]
    private partial void LogUnusable(string path, string problem, string effect, int seconds);
}
