using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Npgsql;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The sample and its databases: restarts, crashes, several nodes, and unavailable databases.</summary>
public sealed class DurabilityTests
{
    private static readonly int _rounds = Environment.GetEnvironmentVariable("HIREPANDA_LONG") == "1" ? 50 : 3;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Restart_KeepsTheKeysAndPrintsNoSecretAgain(string provider)
    {
        var database = await SampleDatabase.NewAsync(provider);
        string secret;
        await using (var first = await StartAsync(database))
        {
            secret = first.Secret;
            (await first.TerminateAsync()).Should().Be(0);
        }

        await using var second = await StartAsync(database);

        second.SecretsShown.Should().BeEmpty();
        (await StatusAsync(second, secret)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Stop_WithARequestThatDoesNotEnd_TakesLessThanTenSeconds()
    {
        await using var app = await StartAsync(await SampleDatabase.NewAsync("sqlite"));
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, app.Client.BaseAddress!.Port, Token);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /api/v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {app.Secret}\r\n"
            + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n"), Token);
        (await StatusAsync(app, app.Secret)).Should().Be(HttpStatusCode.OK, "the other one has arrived by then");

        (await app.TerminateAsync()).Should().Be(0);
    }

    [Fact]
    public async Task FirstStart_OfSeveralNodes_PrintsTheSecretOnOne()
    {
        var database = await SampleDatabase.NewAsync("postgres");

        var nodes = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => StartAsync(database)));

        nodes.SelectMany(node => node.SecretsShown).Should().ContainSingle();
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task Start_FileThatCannotBeWritten_ExitsWithOneAndAClearMessage()
    {
        var (exitCode, output) = await Repository.RunAsync(
            "dotnet",
            [AppProcess.SampleDll, "--urls", $"http://127.0.0.1:{Repository.FreePort()}"],
            null,
            ("ConnectionStrings__ApiKeys", "Data Source=/proc/keys.db"));

        exitCode.Should().Be(1);
        output.Split('\n').Should()
            .Contain(
                line => line.StartsWith("The API key database cannot be opened or written", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_DatabaseComesUpLater_IsWaitedFor()
    {
        var connection = new NpgsqlConnectionStringBuilder(SampleDatabase.Postgres) { Database = $"later_{Guid.NewGuid():N}" };
        var waits = new TaskCompletionSource();
        var start = AppProcess.StartAsync(
            AppProcess.SampleDll,
            onLine: line => _ = line.Contains("is not available yet", StringComparison.Ordinal) && waits.TrySetResult(),
            environment: [("ConnectionStrings__Postgres", connection.ConnectionString)]);

        (await Task.WhenAny(start, waits.Task)).Should().Be(waits.Task, "there is no such database yet");
        await SampleDatabase.CreateAsync(connection.Database!);
        await using var app = await start;

        app.Output.Should().Contain("is not available yet");
        (await StatusAsync(app, app.Secret)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Terminate_BeforeTheFirstStartIsOver_StopsQuietly()
    {
        var connection = new NpgsqlConnectionStringBuilder(SampleDatabase.Postgres) { Database = $"never_{Guid.NewGuid():N}" };
        await using var app = await AppProcess.StartAsync(
            AppProcess.SampleDll,
            until: "is not available yet",
            environment: [("ConnectionStrings__Postgres", connection.ConnectionString)]);

        (await app.TerminateAsync()).Should().Be(0, app.Output);

        app.Output.Should().NotContain("Unhandled exception").And.NotContain("TaskCanceledException");
    }

    [Theory]
    [InlineData("ConnectionStrings__Postgres", "Host=127.0.0.1;Port=hunter2;Password=hunter3")]
    [InlineData("ConnectionStrings__Postgres", "Host=127.0.0.1;Password=abc;hunter2=x")]
    [InlineData("ConnectionStrings__Postgres", "Host=127.0.0.1;Password=abc;hunter2")]
    [InlineData("ConnectionStrings__ApiKeys", "Data Source=keys.db;Password=abc;hunter2=x")]
    [InlineData("ConnectionStrings__ApiKeys", "Data Source=keys.db;Foreign Keys=hunter2")]
    [InlineData("ConnectionStrings__ApiKeys", "Data Source=keys.db;Mode=hunter2")]
    public async Task Start_ConnectionStringThatCannotBeRead_IsNotQuoted(string name, string value)
    {
        var folder = Directory.CreateTempSubdirectory("hirepanda-app-").FullName;
        var (exitCode, output) = await Repository.RunAsync(
            "dotnet", [AppProcess.SampleDll, "--urls", $"http://127.0.0.1:{Repository.FreePort()}"], folder, (name, value));

        exitCode.Should().Be(1, output);
        output.Split('\n').Should()
            .Contain(
                line => line.StartsWith("The connection string of the API key database is not valid", StringComparison.Ordinal));
        output.Should().NotContain("hunter").And.NotContain("Unhandled exception");
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Kill_DuringChanges_LosesNothingThatWasAcknowledged(string provider)
    {
        var database = await SampleDatabase.NewAsync(provider);
        var admin = "";
        var working = new ConcurrentDictionary<string, string>();
        var revoked = new ConcurrentBag<string>();
        for (var round = 0; round < _rounds; round++)
        {
            await using var app = await StartAsync(database);
            admin = round == 0 ? app.Secret : admin;
            app.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", admin);
            var before = working.Count;
            var writers = Enumerable.Range(0, 3).Select(_ => ChangeUntilKilledAsync(app.Client, working, revoked)).ToList();
            await TestApi.Until(() => working.Count >= before + 15 + round % 10);
            await app.KillAsync();
            await Task.WhenAll(writers);
        }

        await using var last = await StartAsync(database);
        foreach (var (secret, id) in working)
        {
            (await StatusAsync(last, secret)).Should().Be(HttpStatusCode.OK, $"key {id} was acknowledged");
        }

        foreach (var secret in revoked)
        {
            (await StatusAsync(last, secret)).Should().Be(HttpStatusCode.Unauthorized, "its revocation was acknowledged");
        }

        revoked.Should().NotBeEmpty();
    }

    /// <summary>
    /// Creates two keys, rotates one, and revokes it, repeatedly. Completed calls must be stored. Calls in progress can have
    /// either result.
    /// </summary>
    private static async Task ChangeUntilKilledAsync(
        HttpClient client, ConcurrentDictionary<string, string> working, ConcurrentBag<string> revoked)
    {
        try
        {
            while (true)
            {
                var kept = await PostAsync(client, "", new { name = "kept", type = "ci" });
                working[kept.Text("secret")] = kept.Text("id");
                var doomed = await PostAsync(client, "", new { name = "doomed", type = "ci" });
                var replacement = await PostAsync(client, $"/{doomed.Text("id")}/rotate", new { overlapSeconds = 3600 });
                working[replacement.Text("secret")] = replacement.Text("id");
                await PostAsync(client, $"/{doomed.Text("id")}/revoke", new { reason = "test" });
                revoked.Add(doomed.Text("secret"));
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            // The process was killed.
        }
    }

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, object body)
    {
        using var response = await client.PostAsJsonAsync("/api/v1/api-keys" + path, body, Token);
        response.IsSuccessStatusCode.Should().BeTrue(await response.TextAsync());
        return await response.JsonAsync();
    }

    private static async Task<HttpStatusCode> StatusAsync(AppProcess app, string secret)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/api-keys/me");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        using var response = await app.Client.SendAsync(request, Token);
        return response.StatusCode;
    }

    private static Task<AppProcess> StartAsync((string Name, string Value) database) => AppProcess.StartAsync(
        AppProcess.SampleDll,
        environment:
        [
            database,
            ("ApiKeys__DefaultRateLimit__Permits", "1000000"),
            ("ApiKeys__DefaultRateLimit__Window", "00:00:01"),
            ("ApiKeys__FailedAttempts__PerMinute", "1000000"),
        ]);
}
