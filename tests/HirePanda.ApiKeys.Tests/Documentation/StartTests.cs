using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Starting the sample and making the first calls as the README and the product documentation describe.</summary>
[Collection(OneAtATime.Name)]
public sealed class StartTests(RunningSample sample) : IClassFixture<RunningSample>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_ToTheEnd_ShowsTheSecretOnOneLineOnly()
    {
        await using var app = await AppProcess.StartAsync(AppProcess.SampleDll);
        using var answer = await SendAsync(app, HttpMethod.Get, "jobs", app.Secret);
        using var refused = await SendAsync(app, HttpMethod.Get, "jobs", app.Secret[..^1]);
        (await app.TerminateAsync()).Should().Be(0);

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        refused.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        app.Output.Split('\n').Where(line => line.Contains("hp_live_")).Should().Equal($"export HIREPANDA_API_KEY={app.Secret}");
    }

    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    [InlineData("Staging")]
    public async Task Start_InAnyEnvironment_Serves(string name)
    {
        await using var app = await AppProcess.StartAsync(
            AppProcess.SampleDll, urlsByEnvironment: true, environment: [("ASPNETCORE_ENVIRONMENT", name)]);

        using var health = await app.Client.GetAsync("/health", Token);

        health.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task DotnetRun_OfTheProject_KeepsTheDatabaseInTheWorkingDirectory()
    {
        using var folder = new TemporaryFolder();

        await using var app = await AppProcess.RunAsync(Path.Combine(Repository.Root, "samples", "HirePanda.Api"), folder.Path);

        File.Exists(folder["hirepanda.db"]).Should().BeTrue("it is where the command was typed, not where the project is");
    }

    [Fact]
    public async Task Start_WithoutUrls_IsOnPort5080()
    {
        // The server is in memory, because a running sample can use the port.
        using var folder = new TemporaryFolder();
        await using var factory = new WebApplicationFactory<Program>()
            .WithWebHostBuilder(host => host.UseSetting("ConnectionStrings:ApiKeys", $"Data Source={folder["keys.db"]}"));

        factory.Services.GetRequiredService<IConfiguration>()["urls"].Should().Be("http://localhost:5080");
        File.Exists(Path.Combine(Repository.Root, "samples", "HirePanda.Api", "Properties", "launchSettings.json"))
            .Should().BeFalse("launch settings would move what dotnet run serves");
    }

    [Theory]
    [InlineData("development", "DELETE", "jobs/job_1", "resources:delete")]
    [InlineData("development", "GET", "team", "team:manage")]
    [InlineData("development", "GET", "billing", "billing:read")]
    [InlineData("development", "GET", "api-keys", "keys:manage")]
    [InlineData("ci", "POST", "jobs", "jobs:write")]
    [InlineData("ci", "PUT", "jobs/job_1", "jobs:write")]
    [InlineData("ci", "POST", "candidates", "candidates:write")]
    [InlineData("ci", "POST", "webhooks", "webhooks:write")]
    [InlineData("analytics", "GET", "jobs", "jobs:read")]
    [InlineData("analytics", "GET", "candidates", "candidates:read")]
    [InlineData("analytics", "GET", "webhooks", "webhooks:read")]
    public async Task Call_BeyondTheKeysType_IsToldWhichPermissionIsMissing(
        string type, string method, string path, string permission)
    {
        using var created = await SendAsync(
            sample.App, HttpMethod.Post, "api-keys", sample.App.Secret, new { name = type, type });
        created.StatusCode.Should().Be(HttpStatusCode.Created);

        using var answer = await SendAsync(
            sample.App, new HttpMethod(method), path, (await created.JsonAsync()).Text("secret"), new { title = "Falconer" });

        answer.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        answer.Header("WWW-Authenticate").Should().Be($"Bearer error=\"insufficient_scope\", scope=\"{permission}\"");
        (await answer.TextAsync()).Should().Be(
            $$$"""{"error":{"code":"forbidden","message":"Insufficient permissions: """
            + $$$"""this API key lacks {{{permission}}}","status":403}}""");
    }

    private static async Task<HttpResponseMessage> SendAsync(
        AppProcess app, HttpMethod method, string path, string secret, object? body = null)
    {
        using var request = new HttpRequestMessage(method, "/api/v1/" + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        request.Content = body is null || method == HttpMethod.Get ? null : JsonContent.Create(body);
        return await app.Client.SendAsync(request, Token);
    }
}
