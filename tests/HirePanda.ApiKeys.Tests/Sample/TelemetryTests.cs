using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The sample's metrics page, its exports, and the dashboard.</summary>
[Collection(OneAtATime.Name)]
public sealed partial class TelemetryTests(RunningSample sample) : IClassFixture<RunningSample>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metrics_WithoutAKey_AreThereForPromtoolToApprove()
    {
        var promtool = Environment.GetEnvironmentVariable("HIREPANDA_PROMTOOL")
            ?? throw new InvalidOperationException("HIREPANDA_PROMTOOL is not set: ./test.sh gets promtool and sets it.");
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["page"], await PageAsync(sample.App), Token);
        var rules = Expressions().Select((expression, i) => new { record = $"dashboard:{i}", expr = expression });
        await File.WriteAllTextAsync(
            folder["rules"], JsonSerializer.Serialize(new { groups = new[] { new { name = "dashboard", rules } } }), Token);

        var (checkCode, complaints) = await Repository.RunAsync(
            "/bin/sh", ["-c", "\"$0\" check metrics < \"$1\"", promtool, folder["page"]]);
        var (rulesCode, said) = await Repository.RunAsync(promtool, ["check", "rules", folder["rules"]]);

        (checkCode, complaints).Should().Be((0, ""));
        rulesCode.Should().Be(0, "{0}", said);
    }

    [Fact]
    public async Task Metrics_ThatAreScraped_CountNoRequestOfACaller()
    {
        var before = Value(await PageAsync(sample.App), "missing");

        for (var i = 0; i < 3; i++)
        {
            using var scrape = await sample.App.Client.GetAsync("/metrics", Token);
            scrape.StatusCode.Should().Be(HttpStatusCode.OK);
            scrape.Content.Headers.ContentType!.ToString().Should().StartWith("text/plain");
        }

        Value(await PageAsync(sample.App), "missing")
            .Should().Be(before + 1, "the page's own traffic includes one without a key");

        static int Value(string page, string outcome)
            => int.Parse(
                Regex.Match(page, $$"""hirepanda_api_keys_verifications_total\{.*outcome="{{outcome}}"\} (\d+)""").Groups[1]
                    .Value,
                null);
    }

    [Fact]
    public async Task Dashboard_QueriesWhatThePageHas()
    {
        var page = await PageAsync(sample.App);
        var metrics = SampleName().Matches(page).Select(match => match.Value).ToHashSet();
        var asked = new HashSet<string>();

        foreach (var expression in Expressions())
        {
            foreach (var name in MetricName().Matches(Labels().Replace(expression, "")).Select(match => match.Value))
            {
                metrics.Should().Contain(name);
                asked.Add(name);
            }

            foreach (
                var label in LabelName().Matches(expression).Select(match => match.Value)
                    .Where(label => label is not ("job" or "instance")))
            {
                page.Should().Contain($"{label}=\"", "{0} asks for it", expression);
            }
        }

        metrics.Where(name => name.StartsWith("hirepanda_", StringComparison.Ordinal)).Select(Histogram).Should()
            .BeSubsetOf(asked.Select(Histogram), "everything that the library measures is visible");
        static string Histogram(string name) => Regex.Replace(name, "_(bucket|sum|count)$", "");
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT")]
    [InlineData("Otlp__Endpoint")]
    public async Task Otlp_WhereAnEndpointIsNamed_GetsMetricsAndTraces(string variable)
    {
        var received = new ConcurrentDictionary<string, string>();
        var address = $"http://127.0.0.1:{Repository.FreePort()}";
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(address);
        await using var collector = builder.Build();
        collector.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body, Token);
            received.AddOrUpdate(
                signal,
                _ => Encoding.Latin1.GetString(body.ToArray()),
                (_, before) => before + Encoding.Latin1.GetString(body.ToArray()));
        });
        await collector.StartAsync(Token);
        await using var app = await AppProcess.StartAsync(
            AppProcess.SampleDll, environment: [(variable, address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")]);

        using var response = await SendAsync(app, HttpMethod.Get, "jobs", app.Secret);
        (await app.TerminateAsync()).Should().Be(0, "the rest is exported when it stops");

        received["metrics"].Should().Contain("hirepanda.api_keys.verifications").And.Contain("hirepanda-api");
        received["traces"].Should().Contain("api_key.verify").And.NotContain("key_id");
        received.Values.Should().NotContain(text => text.Contains(app.Secret));
    }

    /// <summary>Gets the page after traffic of every kind.</summary>
    private static async Task<string> PageAsync(AppProcess app)
    {
        using var created = await SendAsync(
            app, HttpMethod.Post, "api-keys", app.Secret, new { name = "Short-lived", type = "ci" });
        var key = await created.JsonAsync();
        using var report = await SendAsync(
            app,
            HttpMethod.Put,
            "api-keys/ip-allowlist",
            app.Secret,
            new { enabled = true, reportOnly = true, networks = new[] { "192.0.2.1" } });
        report.StatusCode.Should().Be(HttpStatusCode.OK);
        using var read = await SendAsync(app, HttpMethod.Get, "jobs", key.Text("secret"));
        using var revoked = await SendAsync(app, HttpMethod.Post, $"api-keys/{key.Text("id")}/revoke", app.Secret);
        using var refused = await SendAsync(app, HttpMethod.Get, "jobs", key.Text("secret"));
        using var anonymous = await app.Client.GetAsync("/api/v1/jobs", Token);
        refused.StatusCode.Should().Be(HttpStatusCode.Unauthorized);

        // A report stores the counts, which otherwise takes up to 10 seconds.
        using var usage = await SendAsync(app, HttpMethod.Get, "api-keys/usage", app.Secret);
        usage.StatusCode.Should().Be(HttpStatusCode.OK);

        // The change table is read once a second.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var page = await app.Client.GetStringAsync("/metrics", patience.Token);
            if (page.Contains("hirepanda_api_keys_invalidation_latency_seconds_count", StringComparison.Ordinal))
            {
                return page;
            }
        }
    }

    private static IEnumerable<string> Expressions()
    {
        using var dashboard = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(Repository.Root, "deploy", "grafana-dashboard.json")));
        return [.. dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .Select(
                target => target.GetProperty("expr").GetString()!.Replace("$__rate_interval", "5m", StringComparison.Ordinal))];
    }

    private static async Task<HttpResponseMessage> SendAsync(
        AppProcess app, HttpMethod method, string path, string secret, object? body = null)
    {
        using var request = new HttpRequestMessage(method, "/api/v1/" + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        request.Content = body is null ? null : JsonContent.Create(body);
        return await app.Client.SendAsync(request, Token);
    }

    [GeneratedRegex(@"^[a-z]\w*(?=[{ ])", RegexOptions.Multiline)]
    private static partial Regex SampleName();

    [GeneratedRegex(@"\b(?:hirepanda|http)_\w+")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"\{[^}]*\}|(?:by|ignoring|group_left) \([^)]*\)")]
    private static partial Regex Labels();

    [GeneratedRegex(@"\w+(?=(?:=|=~|!=)"")|(?<=(?:by|ignoring) \()\w+")]
    private static partial Regex LabelName();
}
