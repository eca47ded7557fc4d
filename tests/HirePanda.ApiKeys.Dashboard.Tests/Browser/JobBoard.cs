using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>The third-party app in a process of its own, registered at a sample that is another process.</summary>
internal sealed class JobBoard(AppProcess app, string name) : IAsyncDisposable
{
    /// <summary>Gets the name, which no other app has.</summary>
    public string Name => name;

    public string Address => app.Address;

    /// <summary>Registers the app with the first key of the sample, and starts it with what it gets.</summary>
    public static async Task<JobBoard> StartAsync(AppProcess sample)
    {
        var port = Repository.FreePort();
        var (name, address) = (Repository.Invariant($"Job Board {port}"), Repository.Invariant($"http://127.0.0.1:{port}"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/oauth/clients")
        {
            Content = JsonContent.Create(new
            {
                name,
                type = "confidential",
                redirectUris = new[] { address + "/signin-oidc" },
                scopes = new[] { "jobs:read" },
            }),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", sample.Secret);
        using var response = await sample.Client.SendAsync(request, TestContext.Current.CancellationToken);
        response.StatusCode.Should().Be(HttpStatusCode.Created);
        var client = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        var app = await AppProcess.StartAsync(
            AppProcess.GetDll("HirePanda.ThirdPartyApp"),
            address: address,
            environment:
            [
                ("HirePanda__Authority", sample.Address),
                ("HirePanda__ClientId", client.GetProperty("clientId").GetString()!),
                ("HirePanda__ClientSecret", client.GetProperty("clientSecret").GetString()!),
            ]);
        return new(app, name);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
