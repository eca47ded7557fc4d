using System.Net;
using HirePanda.ApiKeys.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace HirePanda.ApiKeys.MaxMind.Tests;

/// <summary>A running application with countries from a file in its content root, and with a manual clock.</summary>
internal sealed class CountryHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TemporaryFolder _folder;
    private DateTime _writtenAt = new(2026, 11, 24, 0, 0, 0, DateTimeKind.Utc);

    private CountryHost(WebApplication app, TemporaryFolder folder, FakeTimeProvider time, LogCollector logs)
        => (_app, _folder, Time, Logs) = (app, folder, time, logs);

    /// <summary>Gets the path of the country file of all addresses, which has a free license (PDDL).</summary>
    public static byte[] RealFile { get; } = File.ReadAllBytes(Environment.GetEnvironmentVariable("HIREPANDA_MMDB")
        ?? throw new InvalidOperationException("HIREPANDA_MMDB is not set: ./test.sh gets a country file and sets it."));

    public FakeTimeProvider Time { get; }

    public LogCollector Logs { get; }

    public string FilePath => _folder["countries.mmdb"];

    public IApiKeyCountryResolver Countries => _app.Services.GetRequiredService<IApiKeyCountryResolver>();

    /// <summary>Starts with a file that has the given content, or without a file if it is null.</summary>
    public static async Task<CountryHost> StartAsync(byte[]? content)
    {
        var folder = new TemporaryFolder();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = folder.Path });
        builder.WebHost.UseTestServer();
        var (time, logs) = (new FakeTimeProvider(), new LogCollector());
        builder.Logging.ClearProviders().AddProvider(logs);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddHirePandaApiKeys().AddInMemoryStore().AddMaxMindCountries("elsewhere.mmdb")
            .AddMaxMindCountries("countries.mmdb");
        var host = new CountryHost(builder.Build(), folder, time, logs);
        if (content is not null)
        {
            host.Write(content);
        }

        await host._app.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    public string? Country(string address) => Countries.GetCountry(IPAddress.Parse(address));

    /// <summary>Overwrites the file in place.</summary>
    public void Write(byte[] content)
    {
        File.WriteAllBytes(FilePath, content);
        File.SetLastWriteTimeUtc(FilePath, _writtenAt = _writtenAt.AddSeconds(1));
    }

    /// <summary>Replaces the file by renaming another file.</summary>
    public void Replace(byte[] content)
    {
        File.WriteAllBytes(FilePath + ".new", content);
        File.SetLastWriteTimeUtc(FilePath + ".new", _writtenAt = _writtenAt.AddSeconds(1));
        File.Move(FilePath + ".new", FilePath, overwrite: true);
    }

    /// <summary>Advances the clock until a changed file is detected.</summary>
    public void Wait() => Time.Advance(TimeSpan.FromSeconds(10));

    /// <summary>Gets the logged errors.</summary>
    public IEnumerable<string> Errors => Logs.Ours.Where(entry => entry.Level == LogLevel.Error).Select(entry => entry.Text);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }
}
