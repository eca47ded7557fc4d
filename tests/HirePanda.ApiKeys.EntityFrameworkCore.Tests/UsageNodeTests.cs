using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace HirePanda.ApiKeys.EntityFrameworkCore.Tests;

/// <summary>Usage of several processes over one database that becomes unavailable in between.</summary>
public sealed class UsageNodeTests
{
    private const int Nodes = 2;
    private const int Clients = 4;

    /// <summary>The number of requests: a million in the long run.</summary>
    private static readonly int _requests = Environment.GetEnvironmentVariable("HIREPANDA_LONG") == "1" ? 1_000_000 : 100_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sum_OfTwoNodesWhoseDatabaseStopsTwice_IsExactAfterACleanStop()
    {
        var server = new NpgsqlConnectionStringBuilder(Environment.GetEnvironmentVariable("HIREPANDA_POSTGRES")
            ?? throw new InvalidOperationException("HIREPANDA_POSTGRES is not set: ./test.sh starts a PostgreSQL and sets it."));
        await using var link = new Link(server.Host!, server.Port);
        var direct = await Database.NewAsync("postgres");
        var cuttable = direct.With(
            db => db.UseNpgsql(
                new NpgsqlConnectionStringBuilder(direct.ConnectionString) { Host = "127.0.0.1", Port = link.Port }
                    .ConnectionString));
        var (keyId, secret) = await IssueAsync(direct);

        (await CountAsync(cuttable, secret, link)).Should().BePositive("batches were lost on their way");

        (await ReadAsync(direct, keyId)).Should().Be(_requests);
    }

    [Fact]
    public async Task Sum_OfTwoNodesOverSqlite_IsExactAfterACleanStop()
    {
        var database = await Database.NewAsync("sqlite");
        var (keyId, secret) = await IssueAsync(database);

        (await CountAsync(database, secret, null)).Should().Be(0);

        (await ReadAsync(database, keyId)).Should().Be(_requests);
    }

    private static async Task<(string Id, string Secret)> IssueAsync(Database database)
    {
        await using var app = await database.StartAsync();
        var limits = new CreateApiKeyRequest
        {
            Name = "busy",
            Type = "production",
            RateLimits = [new RateLimit(RateLimit.MaxPermits, TimeSpan.FromSeconds(1))],
        };
        var (key, secret) = (await app.ManageAsync(manager => manager.CreateAsync(App.Admin, limits))).Value!;
        return (key.Id, secret);
    }

    /// <summary>
    /// Sends the requests to both nodes, while reports are asked for, so that batches are stored all the time, and the link is
    /// cut twice.
    /// </summary>
    /// <returns>The number of refused reports.</returns>
    private static async Task<int> CountAsync(Database database, string secret, Link? link)
    {
        var ended = new Ended();
        var nodes = new App[Nodes];
        for (var i = 0; i < Nodes; i++)
        {
            nodes[i] = await database.StartAsync(services => services.AddSingleton<IStartupFilter>(ended));
            nodes[i].Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
            (await nodes[i].Client.GetAsync("/read", Token)).EnsureSuccessStatusCode();
        }

        var sent = Nodes;
        var clients = Enumerable.Range(0, Clients).Select(client => Task.Run(
            async () =>
            {
                while (Interlocked.Increment(ref sent) is var number && number <= _requests)
                {
                    using var response = await nodes[client % Nodes].Client.GetAsync("/read", Token);
                    response.EnsureSuccessStatusCode();
                    link?.Cut(number * 10L / _requests is 2 or 3 or 6 or 7);
                }
            },
            Token)).ToList();
        var refused = 0;
        var all = Task.WhenAll(clients);
        while (!all.IsCompleted)
        {
            foreach (var node in nodes)
            {
                // A report stores what was counted. It returns 503 while the link is cut.
                await node.ManageAsync(async (ApiKeyUsageReporter reporter) =>
                {
                    try
                    {
                        var isStored = (await reporter.GetAsync(App.Admin, cancellationToken: Token)).Succeeded;
                        refused += isStored ? 0 : 1;
                        return isStored;
                    }
                    catch (Exception exception) when (
                        exception is NpgsqlException or InvalidOperationException or DbUpdateException)
                    {
                        refused++;
                        return false;
                    }
                });
            }
        }

        await all;
        link?.Cut(false);
        while (ended.UnderWay > 0)
        {
            await Task.Yield();
        }

        foreach (var node in nodes)
        {
            await node.StopAsync();
            await node.DisposeAsync();
        }

        return refused;
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Report_OfAnIdThatNoDatabaseTakes_IsNotFound(string provider)
    {
        var database = await Database.NewAsync(provider);
        await using var app = await database.StartAsync();

        (await app.ManageAsync((ApiKeyUsageReporter reporter) => reporter.GetAsync(App.Admin, new() { KeyId = "a\0b" }))).Failure!
            .Kind.Should().Be(ApiKeyFailureKind.NotFound);
        (await app.ManageAsync(manager => manager.GetAsync(App.Admin, "\0"))).Failure!.Kind.Should()
            .Be(ApiKeyFailureKind.NotFound);
    }

    private static async Task<long> ReadAsync(Database database, string keyId)
    {
        await using var app = await database.StartAsync();
        var report = await app.ManageAsync(
            (ApiKeyUsageReporter reporter) => reporter.GetAsync(App.Admin, new() { KeyId = keyId }));
        report.Value!.ByKey.Should().ContainSingle().Which.Name.Should().Be("busy");
        report.Value.Series.Sum(point => point.Requests).Should().Be(report.Value.Totals.Requests);
        return report.Value.Totals.Requests;
    }

    /// <summary>
    /// Counts the responses that the server has not completed, which it does shortly after the client gets them.
    /// </summary>
    private sealed class Ended : IStartupFilter
    {
        private int _underWay;

        public int UnderWay => Volatile.Read(ref _underWay);

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, rest) =>
            {
                Interlocked.Increment(ref _underWay);
                context.Response.OnCompleted(() => Task.FromResult(Interlocked.Decrement(ref _underWay)));
                return rest(context);
            });
            next(app);
        };
    }
}
