using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The sample from outside, as the product's documentation describes it.</summary>
public sealed class SampleTests
{
    [Fact]
    public async Task FirstStart_PrintsTheSecretOnceWithACallToCopy_AndStopsCleanly()
    {
        await using var app = await AppProcess.StartAsync(AppProcess.SampleDll, urlsByEnvironment: true);

        app.Output.Should().NotContain("Executed DbCommand", "reading the change table every second is not worth logging");
        app.Output.Should().Contain($"curl -H \"Authorization: Bearer $HIREPANDA_API_KEY\" {app.Address}/api/v1/jobs");
        using var health = await app.Client.GetAsync("/health", TestContext.Current.CancellationToken);
        health.StatusCode.Should().Be(HttpStatusCode.OK);
        using var query = await app.Client.GetAsync($"/api/v1/jobs?api_key={app.Secret}", TestContext.Current.CancellationToken);
        query.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await app.TerminateAsync()).Should().Be(0);
        app.Output.Split('\n').Count(line => line.Contains(app.Secret)).Should().Be(1, "it is in no log");
    }

    [Theory]
    [InlineData("ApiKeys__Brand", "HP", "Brand must be 1 to 16 lowercase letters and digits")]
    [InlineData("ApiKeys__Cache__Lifetime", "banana", "ApiKeys:Cache:Lifetime")]
    [InlineData("TrustedProxies__0", "banana", "'banana' is neither an IP address nor a network")]
    public async Task Start_WithAConfigurationError_PrintsItWithoutAStackTraceAndExitsWith1(
        string name, string value, string message)
    {
        var folder = Directory.CreateTempSubdirectory("hirepanda-app-").FullName;
        var (exitCode, output) = await Repository.RunAsync(
            "dotnet", [AppProcess.SampleDll, "--urls", $"http://127.0.0.1:{Repository.FreePort()}"], folder, (name, value));

        exitCode.Should().Be(1, output);
        output.Should().Contain(message).And.NotContain("Unhandled exception").And.NotContain("   at ");
    }

    [Fact]
    public async Task Endpoints_OfEveryTypeOfKey_AnswerAsDocumented()
    {
        await using var app = await AppProcess.StartAsync(AppProcess.SampleDll);
        (string Call, string Types)[] calls =
        [
            ("GET /api/v1/jobs", "production development ci"),
            ("GET /api/v1/jobs/job_1", "production development ci"),
            ("HEAD /api/v1/jobs", "production development ci"),
            ("POST /api/v1/jobs", "production development"),
            ("PUT /api/v1/jobs/job_1", "production development"),
            ("DELETE /api/v1/jobs/job_2", "production"),
            ("GET /api/v1/candidates", "production development ci"),
            ("POST /api/v1/candidates", "production development"),
            ("GET /api/v1/analytics", "production development ci analytics"),
            ("GET /api/v1/webhooks", "production development ci"),
            ("POST /api/v1/webhooks", "production development"),
            ("GET /api/v1/team", "production"),
            ("POST /api/v1/team", "production"),
            ("GET /api/v1/billing", "production"),
            ("GET /api/v1/api-keys", "production"),
            ("GET /api/v1/api-keys/me", "production development ci analytics"),
        ];
        foreach (var type in new[] { "analytics", "ci", "development", "production" })
        {
            var secret = await CreateAsync(app, app.Secret, type);
            foreach (var (call, types) in calls)
            {
                using var response = await SendAsync(app, call, secret);
                if (types.Split(' ').Contains(type))
                {
                    response.IsSuccessStatusCode.Should().BeTrue($"{type} may {call}, but got {(int)response.StatusCode}");
                }
                else
                {
                    response.StatusCode.Should().Be(HttpStatusCode.Forbidden, $"{type} may not {call}");
                    (call.StartsWith("HEAD", StringComparison.Ordinal) ? "forbidden" : await response.CodeAsync())
                        .Should().Be("forbidden");
                    response.Header("WWW-Authenticate").Should().Contain("scope=");
                }
            }
        }

        using var anonymous = await SendAsync(app, "GET /api/v1/jobs", null);
        anonymous.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Job_IsCreatedWithLocationAndNeedsATitle()
    {
        await using var app = await AppProcess.StartAsync(AppProcess.SampleDll);

        using var created = await SendAsync(app, "POST /api/v1/jobs", app.Secret);
        using var found = await SendAsync(app, $"GET {created.Headers.Location!.AbsolutePath}", app.Secret);
        using var without = await SendAsync(app, "POST /api/v1/jobs", app.Secret, new { description = "no title" });
        using var absent = await SendAsync(app, "GET /api/v1/jobs/nope", app.Secret);

        created.StatusCode.Should().Be(HttpStatusCode.Created);
        (await found.JsonAsync()).Text("title").Should().Be("Test");
        without.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        absent.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task SecondWorkspace_SeesNothingOfTheFirst()
    {
        await using var app = await AppProcess.StartAsync(
            AppProcess.SampleDll, environment: [("Sample__SecondWorkspace", "true")]);
        await TestApi.Until(() => app.SecretsShown.Count == 2);
        using var me = await SendAsync(app, "GET /api/v1/api-keys/me", app.SecretsShown[0]);
        var id = (await me.JsonAsync()).Text("id");

        using var own = await SendAsync(app, $"GET /api/v1/api-keys/{id}", app.SecretsShown[0]);
        using var foreign = await SendAsync(app, $"GET /api/v1/api-keys/{id}", app.SecretsShown[1]);

        own.StatusCode.Should().Be(HttpStatusCode.OK);
        foreign.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task ForwardedFor_WithoutATrustedProxy_IsIgnoredAlsoFromThisMachine()
    {
        await using var app = await AppProcess.StartAsync(AppProcess.SampleDll);
        await using var behindProxy = await AppProcess.StartAsync(
            AppProcess.SampleDll, environment: [("TrustedProxies__0", "127.0.0.0/8")]);

        (await StatusAsync(app)).Should().Be(HttpStatusCode.Forbidden);
        (await StatusAsync(behindProxy)).Should().Be(HttpStatusCode.OK);

        static async Task<HttpStatusCode> StatusAsync(AppProcess app)
        {
            var secret = await CreateAsync(app, app.Secret, "ci", "198.51.100.7");
            using var response = await SendAsync(
                app, "GET /api/v1/jobs", secret, change: request => request.Headers.Add("X-Forwarded-For", "198.51.100.7"));
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task Preflight_IsNotChallenged()
    {
        await using var app = await AppProcess.StartAsync(
            AppProcess.SampleDll, environment: [("Cors__Origins__0", "https://app.example")]);

        using var response = await SendAsync(app, "OPTIONS /api/v1/jobs", null, change: request =>
        {
            request.Headers.Add("Origin", "https://app.example");
            request.Headers.Add("Access-Control-Request-Method", "POST");
        });

        response.StatusCode.Should().Be(HttpStatusCode.NoContent);
        response.Header("Access-Control-Allow-Origin").Should().Be("https://app.example");
    }

    private static async Task<string> CreateAsync(AppProcess app, string secret, string type, params string[] allowedNetworks)
    {
        using var response = await SendAsync(app, "POST /api/v1/api-keys", secret, new { name = type, type, allowedNetworks });
        response.StatusCode.Should().Be(HttpStatusCode.Created, await response.TextAsync());
        return (await response.JsonAsync()).Text("secret");
    }

    private static async Task<HttpResponseMessage> SendAsync(
        AppProcess app, string call, string? secret, object? body = null, Action<HttpRequestMessage>? change = null)
    {
        var (method, path) = (call.Split(' ')[0], call.Split(' ')[1]);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Authorization = secret is null ? null : new AuthenticationHeaderValue("Bearer", secret);
        request.Content = method is "POST" or "PUT"
            ? JsonContent.Create(body ?? new { title = "Test", name = "Test", url = "https://hooks.example" })
            : null;
        change?.Invoke(request);
        return await app.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
