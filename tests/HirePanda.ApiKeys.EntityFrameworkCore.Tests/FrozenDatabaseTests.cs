using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.EntityFrameworkCore.Tests;

/// <summary>A database whose processes are frozen: it neither responds nor closes a connection.</summary>
public sealed class FrozenDatabaseTests(ITestOutputHelper output)
{
    private const int Clients = 60;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Frozen_DatabaseUnderUnknownKeys_HoldsUpNoCachedKeyAndNoStop()
    {
        await using var server = await PostgresServer.StartAsync();

        // This is short, so that all time-outs occur.
        await using var host = await Host.StartAsync($"{server.ConnectionString};Timeout=3;Command Timeout=3");
        var (known, later) = (await host.CreateAsync("known"), await host.CreateAsync("later"));
        (await host.GetAsync("/read", known)).Status.Should().Be(HttpStatusCode.OK);
        using var ending = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Clients).Select(_ => Task.Run(() => host.TryUnknownAsync(ending.Token), Token))
            .ToArray();

        // The first read of the change table empties the cache, on a busy machine only after a while. A short pause then opens
        // many connections.
        await host.ProbeAsync(known, TimeSpan.FromSeconds(3));
        await server.FreezeAsync();
        await host.ProbeAsync(known, TimeSpan.FromSeconds(1.2));
        await server.ThawAsync();
        await host.ProbeAsync(known, TimeSpan.FromSeconds(1));

        await server.FreezeAsync();
        var watch = Stopwatch.StartNew();
        host.Clear();
        var (keys, health) = await host.ProbeAsync(known, TimeSpan.FromSeconds(10));
        var unknown = host.Unknown;
        await server.ThawAsync();
        Say("hung for", [watch.Elapsed]);
        Say("known key", keys);
        Say("/health", health);
        Say("unknown key", [.. unknown.Select(answer => answer.Took)]);
        output.WriteLine(
            string.Join(", ", unknown.GroupBy(answer => answer.Status).Select(group => $"{group.Count()} x {(int)group.Key}")));

        watch.Restart();
        while ((await host.GetAsync("/read", later)).Status != HttpStatusCode.OK && watch.Elapsed < TimeSpan.FromSeconds(30))
        {
            await Task.Yield();
        }

        var recovery = watch.Elapsed;
        Say("recovery", [recovery]);
        await host.ProbeAsync(known, TimeSpan.FromSeconds(1));
        await server.FreezeAsync();
        await host.ProbeAsync(known, TimeSpan.FromSeconds(4));
        watch.Restart();
        await host.StopAsync();
        var stop = watch.Elapsed;
        Say("stop", [stop]);
        await ending.CancelAsync();
        await Task.WhenAll(clients);

        // Both are a few milliseconds on an idle machine.
        Percentile(keys, 0.99).Should().BeLessThan(TimeSpan.FromMilliseconds(500));
        Percentile(health, 0.99).Should().BeLessThan(TimeSpan.FromMilliseconds(500));
        unknown.Should().HaveCountGreaterThan(2 * Clients);
        unknown.Count(answer => answer.Status != HttpStatusCode.ServiceUnavailable)
            .Should().BeLessThanOrEqualTo(Clients, "these were in progress");
        unknown.Max(answer => answer.Took).Should().BeLessThan(TimeSpan.FromSeconds(3));
        recovery.Should().BeLessThan(TimeSpan.FromSeconds(10));
        stop.Should().BeLessThan(TimeSpan.FromSeconds(10));
    }

    private static TimeSpan Percentile(List<TimeSpan> times, double share)
        => times.Order().ElementAt((int)((times.Count - 1) * share));

    private void Say(string what, List<TimeSpan> times) => output.WriteLine(
        $"{what}: {times.Count} x, p50 {Percentile(times, 0.5).TotalMilliseconds:0} ms, "
            + $"p99 {Percentile(times, 0.99).TotalMilliseconds:0} ms, max {times.Max().TotalMilliseconds:0} ms");

    /// <summary>An application on a real server.</summary>
    private sealed class Host : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private readonly HttpClient _client;
        private readonly List<(HttpStatusCode Status, TimeSpan Took)> _unknown = [];

        private Host(WebApplication app)
        {
            _app = app;
            _client = new HttpClient
            {
                BaseAddress = new Uri(
                    app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()),
            };
        }

        public IReadOnlyList<(HttpStatusCode Status, TimeSpan Took)> Unknown
        {
            get
            {
                lock (_unknown)
                {
                    return [.. _unknown];
                }
            }
        }

        public static async Task<Host> StartAsync(string connectionString)
        {
            var builder = WebApplication.CreateBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Services.AddHirePandaApiKeys(options => options.FailedAttempts.PerMinute = 1_000_000)
                .AddEntityFrameworkStore(db => db.UseNpgsql(connectionString));
            var app = builder.Build();
            app.MapGet("/read", () => "read").RequireAuthorization("read");
            app.MapGet("/health", () => "ok");
            await app.StartAsync(Token);
            return new Host(app);
        }

        public void Clear()
        {
            lock (_unknown)
            {
                _unknown.Clear();
            }
        }

        public async Task<string> CreateAsync(string name)
        {
            await using var scope = _app.Services.CreateAsyncScope();
            var request = new CreateApiKeyRequest
            {
                Name = name,
                Type = "ci",
                RateLimits = [new(1_000_000, TimeSpan.FromMinutes(1))],
            };
            return (await scope.ServiceProvider.GetRequiredService<ApiKeyManager>().CreateAsync(App.Admin, request, Token)).Value!
                .Secret;
        }

        public async Task<(HttpStatusCode Status, TimeSpan Took)> GetAsync(string path, string? secret)
        {
            var watch = Stopwatch.StartNew();
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Authorization = secret is null ? null : new AuthenticationHeaderValue("Bearer", secret);
            using var response = await _client.SendAsync(request, Token);
            return (response.StatusCode, watch.Elapsed);
        }

        /// <summary>Sends unknown keys one after another until the test or the server ends.</summary>
        public async Task TryUnknownAsync(CancellationToken ending)
        {
            var issuer = _app.Services.GetRequiredService<ApiKeyIssuer>();
            while (!ending.IsCancellationRequested)
            {
                try
                {
                    var answer = await GetAsync(
                        "/read",
                        issuer.Issue("acme", new CreateApiKeyRequest { Type = ApiKeyTypes.Production, Name = "Unknown" }).Secret);
                    lock (_unknown)
                    {
                        _unknown.Add(answer);
                    }
                }
                catch (HttpRequestException)
                {
                    // The server has stopped.
                    return;
                }
            }
        }

        /// <summary>
        /// Sends a request with a known key and a health request fifty times a second, without waiting for the responses.
        /// </summary>
        public async Task<(List<TimeSpan> Keys, List<TimeSpan> Health)> ProbeAsync(string secret, TimeSpan time)
        {
            var (keys, health, watch) = (new List<Task<TimeSpan>>(), new List<Task<TimeSpan>>(), Stopwatch.StartNew());
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            while (watch.Elapsed < time && await timer.WaitForNextTickAsync(Token))
            {
                keys.Add(AskAsync("/read", secret));
                health.Add(AskAsync("/health", null));
            }

            return ([.. await Task.WhenAll(keys)], [.. await Task.WhenAll(health)]);

            async Task<TimeSpan> AskAsync(string path, string? secret)
            {
                var (status, took) = await GetAsync(path, secret);
                status.Should().Be(HttpStatusCode.OK);
                return took;
            }
        }

        public Task StopAsync() => _app.StopAsync(Token);

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await _app.DisposeAsync();
        }
    }
}
