using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>What the tests of alerts share.</summary>
internal static class AlertApi
{
    public const string Alerts = ManagementApi.Keys + "/alerts";
    public const string Webhooks = ManagementApi.Keys + "/webhooks";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Starts an application whose webhooks can call this machine.</summary>
    public static Task<TestApi> StartAsync(
        Action<ApiKeyOptions>? options = null,
        Action<WebApplicationBuilder>? services = null,
        Action<WebApplicationBuilder>? first = null)
        => TestApi.StartAsync(
            all =>
            {
                all.Webhooks.AllowPrivateTargets = true;
                options?.Invoke(all);
            },
            services,
            app => app.MapHirePandaApiKeys(ManagementApi.Keys),
            first: first);

    public static ValueTask<bool> RaiseAsync(
        this TestApi api,
        string cause,
        string workspace = TestApi.Workspace,
        string? keyId = null,
        string message = "Something",
        JsonElement? data = null,
        string kind = ApiKeyAlertKinds.UnusualActivity)
        => api.Services.GetRequiredService<AlertRaiser>().RaiseAsync(workspace, kind, cause, keyId, message, data, Token);

    public static async Task<JsonElement[]> AlertsAsync(this TestApi api, string secret) => await api.ItemsAsync(Alerts, secret);

    public static async Task<JsonElement[]> ItemsAsync(this TestApi api, string path, string secret)
    {
        using var response = await api.GetAsync(path, secret);
        response.StatusCode.Should().Be(HttpStatusCode.OK, await response.TextAsync());
        return [.. (await response.JsonAsync()).GetProperty("items").EnumerateArray()];
    }

    /// <summary>Adds a webhook and returns its secret.</summary>
    public static async Task<(string Id, string Secret)> AddWebhookAsync(this TestApi api, string secret, string url)
    {
        using var response = await api.PostAsync("/webhooks", secret, new { url });
        response.StatusCode.Should().Be(HttpStatusCode.Created, await response.TextAsync());
        var json = await response.JsonAsync();
        return (json.Text("id"), json.Text("secret"));
    }

    /// <summary>Gets the stopped sender, so that a test can run it step by step.</summary>
    public static async Task<WebhookSender> SenderAsync(this TestApi api)
    {
        var sender = api.Services.GetRequiredService<WebhookSender>();
        await sender.StopAsync(Token);
        return sender;
    }

    public static Task ScanAsync(this TestApi api) => api.Services.GetRequiredService<AlertReminders>().TryRunAsync(Token);
}

/// <summary>A DNS resolver that returns what the test sets.</summary>
internal sealed class TestResolver : IHostResolver
{
    public Func<string, string[]> Addresses { get; set; } = _ => ["93.184.215.14"];

    public IPAddress[] Resolve(string host) => [.. Addresses(host).Select(IPAddress.Parse)];
}
