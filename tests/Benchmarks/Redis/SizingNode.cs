using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>A node as in production: Kestrel, Redis, and PostgreSQL, where one request in fifty is answered 404.</summary>
internal sealed class SizingNode : IAsyncDisposable
{
    public const int Endpoints = 20;

    private readonly WebApplication _app;
    private readonly HttpClient _client = new();

    private SizingNode(WebApplication app) => _app = app;

    public IServiceProvider Services => _app.Services;

    /// <summary>Starts a node with its own pool of database connections.</summary>
    public static async Task<SizingNode> StartAsync(string redis, string database, int number)
    {
        var pool = new NpgsqlConnectionStringBuilder(database) { ApplicationName = $"node {number}" }.ConnectionString;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddHirePandaApiKeys()
            .AddEntityFrameworkStore(db => db.UseNpgsql(pool))
            .AddRedis(redis, options => options.Timeout = TimeSpan.FromSeconds(1));
        var app = builder.Build();
        for (var i = 0; i < Endpoints; i++)
        {
            app.MapGet($"/api/v1/resources-{i}/{{id}}", (int id) => id % 50 == 0 ? Results.NotFound() : Results.Ok(id))
                .RequireAuthorization(Scenario.Policy);
        }

        var node = new SizingNode(app);
        await app.StartAsync();
        await app.Services.GetServices<IHostedService>().OfType<BackgroundJobs>().Single().Started;
        node._client.BaseAddress = new Uri(app.Urls.First());
        return node;
    }

    public async Task SendAsync(string secret, int endpoint, int id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/resources-{endpoint}/{id}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        using var response = await _client.SendAsync(request);
        if (response.StatusCode is not HttpStatusCode.OK and not HttpStatusCode.NotFound)
        {
            throw new InvalidOperationException($"A request was answered {response.StatusCode}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
