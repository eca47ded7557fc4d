using System.Net.Http.Headers;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The sample in two processes with one database and one Redis server.</summary>
public sealed class SampleTests
{
    [Fact]
    public async Task Sample_TwoProcessesWithRedis_ShareLimits()
    {
        await using var server = await RedisServer.StartAsync();
        using var folder = new TemporaryFolder();
        (string, string)[] settings =
        [
            ("ConnectionStrings__Redis", server.ConnectionString),
            ("ConnectionStrings__ApiKeys", $"Data Source={folder["keys.db"]}"),
            ("Redis__DegradationMode", "Refuse"),
            ("Redis__Timeout", "00:00:01"),
        ];
        await using var first = await AppProcess.StartAsync(AppProcess.SampleDll, folder.Path, environment: settings);
        await using var second = await AppProcess.StartAsync(AppProcess.SampleDll, folder.Path, environment: settings);
        var health = await second.Client.GetStringAsync("/health/ready", TestContext.Current.CancellationToken);

        using var created = await SendAsync(
            first,
            HttpMethod.Post,
            "api-keys",
            first.Secret,
            """{"name":"Shared","type":"ci","rateLimits":[{"permits":10,"windowSeconds":86400}]}""");
        var secret = (await created.JsonAsync()).GetProperty("secret").GetString()!;

        List<string?> fields = [];
        for (var i = 0; i < 4; i++)
        {
            using var answer = await SendAsync(i % 2 == 0 ? first : second, HttpMethod.Get, "jobs", secret);
            fields.Add(answer.Header("RateLimit")?.Split(';')[1]);
        }

        fields.Should().Equal("r=9", "r=8", "r=7", "r=6");
        health.Should().Be("Healthy");
        (await first.Client.GetStringAsync("/health/live", TestContext.Current.CancellationToken)).Should().Be("Healthy");
    }

    private static async Task<HttpResponseMessage> SendAsync(
        AppProcess app, HttpMethod method, string path, string secret, string? body = null)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1/{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        request.Content = body is null ? null : new StringContent(body, new MediaTypeHeaderValue("application/json"));
        return await app.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
