using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using HirePanda.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>A dashboard for a browser with the keys, requests and alerts of a busy workspace, always the same ones.</summary>
internal sealed class SeededHost : IAsyncDisposable
{
    private const string NumberField = "X-Test-Number";

    private static readonly (string Name, string Type)[] _keys =
    [
        ("checkout-prod", ApiKeyTypes.Production), ("nightly-import", ApiKeyTypes.Production),
        ("partner-portal", ApiKeyTypes.Production), ("local-development", ApiKeyTypes.Development),
        ("ci-deploy", ApiKeyTypes.Ci), ("monthly-report", ApiKeyTypes.Analytics), ("old-website", ApiKeyTypes.Production),
    ];

    private static readonly (string Address, string Country)[] _clients =
        [("8.8.8.8", "US"), ("9.9.9.9", "DE"), ("1.1.1.1", "JP"), ("8.8.4.4", "US"), ("9.9.9.10", "DE"), ("5.5.5.5", "BR")];

    private readonly DashboardHost _host;
    private readonly string _webhookId;

    private SeededHost(DashboardHost host, string keyId, string webhookId)
        => (_host, KeyId, _webhookId) = (host, keyId, webhookId);

    public string Address => _host.Address;

    /// <summary>Gets the id of a key that is used a lot.</summary>
    public string KeyId { get; }

    /// <summary>Gets the addresses of all pages that are shown by GET. Downloads are not pages.</summary>
    public IReadOnlyList<string> Pages
        => [.. _host.Endpoints.Where(IsPage).Select(endpoint => endpoint.RoutePattern.RawText!
            .Replace("/webhooks/{id}", "/webhooks/" + _webhookId, StringComparison.Ordinal)
            .Replace("{id}", KeyId, StringComparison.Ordinal))];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static ApiKeyActor Owner => People.Actor(People.Owner, People.Workspace, ApiKeyTiers.Admin);

    /// <summary>Starts a host.</summary>
    /// <param name="more">How many further keys there are, so that lists have pages.</param>
    public static async Task<SeededHost> StartAsync(int more = 0)
    {
        var requests = new CompletedRequests();
        var host = await DashboardHost.StartAsync(
            Map,
            services: builder => builder.Services.AddSingleton<IApiKeyCountryResolver, Countries>()
                .ConfigureAll<ApiKeyOptions>(keys => HirePandaCatalog.Configure(keys.Catalog)),
            options: dashboard => dashboard.ProductName = "HirePanda",
            first: builder => builder.Services.AddSingleton<IStartupFilter>(requests),
            forBrowser: true);
        await using var scope = host.Services.CreateAsyncScope();
        var manager = scope.ServiceProvider.GetRequiredService<ApiKeyManager>();
        var issued = new List<IssuedApiKey>();
        foreach (var (name, type) in _keys)
        {
            host.Time.Advance(TimeSpan.FromMinutes(5));
            issued.Add((await manager.CreateAsync(Owner, new() { Name = name, Type = type }, Token)).Value!);
        }

        for (var number = 0; number < more; number++)
        {
            await host.CreateKeyAsync(Repository.Invariant($"worker-{number:00} of the import that runs every night"));
        }

        await manager.RotateAsync(Owner, issued[1].Key.Id, TimeSpan.FromHours(60), cancellationToken: Token);
        await manager.UpdateAsync(Owner, issued[3].Key.Id, new() { IsEnabled = false }, cancellationToken: Token);
        await manager.RevokeAsync(Owner, issued[6].Key.Id, "The website is gone", cancellationToken: Token);
        var webhook = await scope.ServiceProvider.GetRequiredService<ApiKeyAlertManager>()
            .AddWebhookAsync(Owner, "https://8.8.8.8/alerts", Token);
        await AddAlertsAsync(host, issued);
        await scope.ServiceProvider.GetRequiredService<ApiKeyWorkspaceManager>().SetAllowlistAsync(
            Owner, new() { IsEnabled = true, IsReportOnly = true, Networks = ["8.8.0.0/16", "1.1.1.1/32"] }, null, Token);
        host.Time.Advance(DashboardHost.Start.AddHours(1) - host.Time.GetUtcNow());
        await SendAsync(host, requests, issued);
        return new SeededHost(host, issued[0].Key.Id, webhook.Value!.Webhook.Id);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private static void Map(WebApplication app)
    {
        app.MapHirePandaApiKeysDashboard("/dashboard").RequireAuthorization(DashboardHost.Policy);
        var api = app.MapGroup("/api/v1").AddEndpointFilter(TakeTimeAsync);
        api.MapGet("/jobs", () => "jobs").RequireAuthorization(HirePandaPermissions.JobsRead);
        api.MapGet("/jobs/{id}", (int id) => id % 7 == 0 ? Results.NotFound() : Results.Ok())
            .RequireAuthorization(HirePandaPermissions.JobsRead);
        api.MapPost("/jobs", () => Results.StatusCode(500)).RequireAuthorization(HirePandaPermissions.JobsWrite);
        api.MapDelete("/jobs/{id}", () => Results.NoContent()).RequireAuthorization(HirePandaPermissions.ResourcesDelete);
        api.MapGet("/candidates", () => "candidates").RequireAuthorization(HirePandaPermissions.CandidatesRead);
        api.MapPost("/candidates", () => Results.Created()).RequireAuthorization(HirePandaPermissions.CandidatesWrite);
        api.MapGet("/analytics", () => "analytics").RequireAuthorization(ApiKeyPermissions.AnalyticsRead);
        api.MapGet("/team", () => "team").RequireAuthorization(HirePandaPermissions.TeamManage);
    }

    /// <summary>Lets an answer take a time that depends on its endpoint and on the request.</summary>
    private static ValueTask<object?> TakeTimeAsync(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        var request = call.HttpContext.Request;
        var number = int.Parse(request.Headers[NumberField].ToString(), CultureInfo.InvariantCulture);
        var milliseconds = (HttpMethods.IsPost(request.Method) ? 60 : 9) + (number * 7 % 23) + (number % 19 == 0 ? 140 : 0);
        ((FakeTimeProvider)call.HttpContext.RequestServices.GetRequiredService<TimeProvider>())
            .Advance(TimeSpan.FromMilliseconds(milliseconds));
        return next(call);
    }

    /// <summary>Sends the requests of a day: more by day than by night.</summary>
    private static async Task SendAsync(DashboardHost host, CompletedRequests requests, List<IssuedApiKey> keys)
    {
        using var client = new HttpClient { BaseAddress = new Uri(host.Address) };
        for (var hour = 0; hour < 24; hour++)
        {
            var count = 4 + (int)(8 * (1 + Math.Sin((hour - 4) * Math.PI / 12)));
            for (var number = 0; number < count; number++)
            {
                using var request = new HttpRequestMessage(
                    number % 11 == 10 || number % 8 == 7 ? HttpMethod.Post : HttpMethod.Get,
                    number % 11 == 10 ? "/api/v1/jobs" : number % 4 == 3 ? "/api/v1/candidates"
                        : number % 3 == 1 ? Repository.Invariant($"/api/v1/jobs/{number}") : "/api/v1/jobs");
                var secret = keys[number % 5 == 4 ? 4 : number % 3].Secret;
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
                request.Headers.Add(DashboardHost.AddressField, _clients[number % _clients.Length].Address);
                request.Headers.Add(NumberField, Repository.Invariant($"{(hour * 31) + number}"));
                using var response = await client.SendAsync(request, Token);
                await requests.WaitAsync(Token);
            }

            host.Time.Advance(TimeSpan.FromHours(1) - (host.Time.GetUtcNow() - DashboardHost.Start.AddHours(hour + 1)));
        }
    }

    private static async Task AddAlertsAsync(DashboardHost host, List<IssuedApiKey> keys)
    {
        (string Kind, int Key, string Message, int Hour)[] alerts =
        [
            (ApiKeyAlertKinds.UnusualActivity, 0, "checkout-prod sent 10 times as many requests as usual", 20),
            (ApiKeyAlertKinds.KeyExpiring, 1, "nightly-import expires in 7 days", 9),
            (ApiKeyAlertKinds.FailedAuthentication, 4, "20 requests with ci-deploy were refused", 2),
        ];
        foreach (var (kind, key, message, hour) in alerts)
        {
            await host.Services.GetRequiredService<IApiKeyAlertStore>().AddAlertAsync(
                new ApiKeyAlert
                {
                    Id = kind,
                    Workspace = People.Workspace,
                    Kind = kind,
                    KeyId = keys[key].Key.Id,
                    Message = message,
                    RaisedAt = DashboardHost.Start.AddHours(hour),
                    DeduplicationKey = kind,
                },
                [],
                Token);
        }
    }

    private static bool IsPage(RouteEndpoint endpoint)
        => endpoint.RoutePattern.RawText is { } pattern
            && endpoint.Metadata.GetMetadata<DashboardRoute>() is { IsWrite: false, IsWayBack: false }
            && !pattern.Contains("{hash}", StringComparison.Ordinal) && !pattern.Contains("{**path}", StringComparison.Ordinal)
            && !pattern.EndsWith("/export", StringComparison.Ordinal);

    private sealed class Countries : IApiKeyCountryResolver
    {
        public string? GetCountry(IPAddress address)
            => _clients.FirstOrDefault(client => client.Address == address.ToString()).Country;
    }
}
