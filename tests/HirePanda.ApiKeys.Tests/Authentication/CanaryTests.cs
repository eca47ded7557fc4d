using System.Diagnostics;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>
/// The secret is only in the response that created it, and not in logs, other bodies, headers, claims, metrics, or traces.
/// </summary>
public sealed class CanaryTests
{
    [Fact]
    public async Task Secret_OfAnyOutcome_IsOnlyInTheResponseThatCreatedIt()
    {
        var traces = new List<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                lock (traces)
                {
                    traces.Add(
                        $"{activity.DisplayName} {string.Join(' ', activity.TagObjects)} "
                        + string.Join(' ', activity.Events.SelectMany(entry => entry.Tags)));
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var api = await TestApi.StartAsync(
            options => options.FailedAttempts.PerMinute = 3,
            app: app =>
            {
                app.MapHirePandaApiKeys("/api-keys");
                app.MapGet("/claims", (ClaimsPrincipal user) => string.Join(' ', user.Claims));
                app.MapGet(
                    "/fails",
                    string (HttpContext context) => throw new InvalidOperationException(
                        $"With {context.GetApiKey()}")).RequireAuthorization("read");
            });
        using var metrics = new MetricCollector(api.Services);
        var (adminKey, admin) = api.Issue();
        var shown = new List<string>();
        var secrets = new List<string> { admin };
        async Task SendAsync(HttpMethod method, string path, string? secret, object? body = null)
        {
            try
            {
                using var response = await api.SendAsync(method, path, secret, body, address: "192.0.2.1");
                shown.Add($"{response} {await response.TextAsync()}");
            }
            catch (InvalidOperationException exception)
            {
                shown.Add(exception.ToString());
            }
        }

        using (var created = await api.SendAsync(HttpMethod.Post, "/api-keys", admin, new { name = "New", type = "ci" }))
        {
            var json = await created.JsonAsync();
            secrets.Add(json.GetProperty("secret").GetString()!);
            await SendAsync(HttpMethod.Get, $"/api-keys/{json.GetProperty("id").GetString()}", admin);
        }

        secrets.Add(api.UnknownSecret());
        secrets.Add(api.Issue(change: key => key with { RevokedAt = TestApi.Start }).Secret);
        secrets.Add(api.Issue(change: key => key with { ExpiresAt = TestApi.Start }).Secret);
        secrets.Add(
            api.Issue(
                new CreateApiKeyRequest
                {
                    Name = "Listed",
                    Type = ApiKeyTypes.Production,
                    AllowedNetworks = ["10.0.0.0/8"],
                }).Secret);
        secrets.Add(
            api.Issue(
                new CreateApiKeyRequest
                {
                    Name = "Limited",
                    Type = ApiKeyTypes.Production,
                    RateLimits = [new RateLimit(1, TimeSpan.FromSeconds(60))],
                }).Secret);
        secrets.Add(secrets[0][..^1]);
        foreach (var secret in secrets.ToList())
        {
            foreach (var path in new[] { "/read", "/admin", "/claims", "/fails", "/api-keys", "/api-keys/me" })
            {
                await SendAsync(HttpMethod.Get, path, secret);
            }

            await SendAsync(HttpMethod.Post, "/api-keys", secret, new { name = 1 });
        }

        api.Store.BeforeRead = _ => throw new InvalidOperationException("away");
        secrets.Add(api.UnknownSecret());
        api.Time.Advance(TimeSpan.FromMinutes(10));
        await SendAsync(HttpMethod.Get, "/read", secrets[^1]);

        var everything = string.Join('\n', shown) + '\n' + api.Logs.All + '\n' + string.Join('\n', traces) + '\n' + metrics.All;
        metrics.All.Should().Contain("http.server.request.duration").And.Contain("hirepanda.api_keys.verifications")
            .And.NotContain(adminKey.Id);
        traces.Where(trace => trace.StartsWith("api_key.verify", StringComparison.Ordinal))
            .Should().NotBeEmpty().And.NotContain(trace => trace.Contains(adminKey.Id));
        everything.Should().Contain("hp_live_", "the hint is shown, so the search would find a secret");
        foreach (var secret in secrets)
        {
            everything.Should().NotContain(secret[^20..]);
        }
    }

    [Fact]
    public async Task ToString_OfAnIssuedKey_HasNoSecret()
    {
        await using var api = await TestApi.StartAsync();
        var issued = api.Services.GetRequiredService<ApiKeyIssuer>()
            .Issue(TestApi.Workspace, new CreateApiKeyRequest { Name = "New", Type = ApiKeyTypes.Production });

        $"{issued} {issued.Key}".Should().Contain(issued.Key.Hint).And.NotContain(issued.Secret);
        issued.Key.Hint.Length.Should().BeLessThan(20);
    }
}
