using System.Net;
using HirePanda.ApiKeys.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace HirePanda.ApiKeys.MaxMind.Tests;

/// <summary>A started application whose countries come from a file in its content root, with a clock that stands still.</summary>
internal sealed class CountryHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TemporaryFolder _folder;
    private DateTime _writtenAt = new(2026, 11, 24, 0, 0, 0, DateTimeKind.Utc);

    private CountryHost(WebApplication app, TemporaryFolder folder, FakeTimeProvider time, LogCollector logs)
        => (_app, _folder, Time, Logs) = (app, folder, time, logs);

    /// <summary>The freely licensed file (PDDL) of all addresses.</summary>
    public static byte[] RealFile { get; } = File.ReadAllBytes(Environment.GetEnvironmentVariable("HIREPANDA_MMDB")
        ?? throw new InvalidOperationException("HIREPANDA_MMDB is not set: ./test.sh gets a country file and sets it."));

    public FakeTimeProvider Time { get; }

    public LogCollector Logs { get; }

    public string FilePath => _folder["countries.mmdb"];

    public IApiKeyCountryResolver Countries => _app.Services.GetRequiredService<IApiKeyCountryResolver>();

    /// <summary>Starts over a file with this content; null: there is none.</summary>
    public static async Task<CountryHost> StartAsync(byte[]? content)
    {
        var folder = new TemporaryFolder();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = folder.Path });
        builder.WebHost.UseTestServer();
        var (time, logs) = (new FakeTimeProvider(), new LogCollector());
        builder.Logging.ClearProviders().AddProvider(logs);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddHirePandaApiKeys().AddInMemoryStore().AddMaxMindCountries("elsewhere.mmdb").AddMaxMindCountries("countries.mmdb");
        var host = new CountryHost(builder.Build(), folder, time, logs);
        if (content is not null)
        {
            host.Write(content);
        }

        await host._app.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    public string? Country(string address) => Countries.GetCountry(IPAddress.Parse(address));

    /// <summary>Writes the file where it is.</summary>
    public void Write(byte[] content)
    {
        File.WriteAllBytes(FilePath, content);
        File.SetLastWriteTimeUtc(FilePath, _writtenAt = _writtenAt.AddSeconds(1));
    }

    /// <summary>Renames another file over it.</summary>
    public void Replace(byte[] content)
    {
        File.WriteAllBytes(FilePath + ".new", content);
        File.SetLastWriteTimeUtc(FilePath + ".new", _writtenAt = _writtenAt.AddSeconds(1));
        File.Move(FilePath + ".new", FilePath, overwrite: true);
    }

    /// <summary>Lets the time pass after which a changed file is seen.</summary>
    public void Wait() => Time.Advance(TimeSpan.FromSeconds(10));

    /// <summary>What it logged as an error.</summary>
    public IEnumerable<string> Errors => Logs.Ours.Where(entry => entry.Level == LogLevel.Error).Select(entry => entry.Text);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }
}
