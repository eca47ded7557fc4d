using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Counting and reporting requests.</summary>
public sealed class UsageTests
{
    private const string Usage = ManagementApi.Keys + "/usage";

    [Fact]
    public async Task Report_AfterRequestsOfAllKinds_CountsEachOnceInEveryDimension()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var (reader, secret) = api.Issue(
            new CreateApiKeyRequest { Name = "Reader", Type = ApiKeyTypes.Production, Tier = "read", Permissions = [] });
        for (var i = 0; i < 3; i++)
        {
            (await api.StatusAsync(secret)).Should().Be(HttpStatusCode.OK);
        }

        (await api.SendAsync(HttpMethod.Post, "/write", secret)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await api.GetAsync("/nowhere/" + Guid.NewGuid(), secret)).StatusCode.Should().Be(HttpStatusCode.NotFound);

        var report = await ReportAsync(api, admin, $"?keyId={reader.Id}");

        report.GetProperty("interval").GetString().Should().Be("hour");
        var totals = report.GetProperty("totals");
        totals.GetProperty("requests").GetInt64().Should().Be(5);
        totals.GetProperty("errors").GetInt64().Should().Be(2);
        totals.GetProperty("errorRate").GetDouble().Should().Be(0.4);
        Pairs(report, "byEndpoint", "endpoint")
            .Should().BeEquivalentTo([("GET /read", 3L), ("POST /write", 1L), ("unmatched", 1L)]);
        report.GetProperty("byEndpoint")[1].GetProperty("errorRate").GetDouble().Should().Be(1);
        Pairs(report, "byStatus", "status").Should().Equal([("200", 3L), ("403", 1L), ("404", 1L)]);
        Pairs(report, "byCountry", "country").Should().Equal([("unknown", 5L)]);
        Pairs(report, "byKey", "keyId").Should().Equal([(reader.Id, 5L)]);
        report.GetProperty("byKey")[0].GetProperty("name").GetString().Should().Be("Reader");
        report.GetProperty("byKey")[0].GetProperty("errors").GetInt64().Should().Be(2);
        Pairs(report, "series", "at").Should().HaveCount(25).And.EndWith(("2026-11-24T12:00:00Z", 5L));
        report.GetProperty("series").EnumerateArray().Sum(point => point.GetProperty("errors").GetInt64()).Should().Be(2);
        Pairs(report.GetProperty("series")[24], "byStatus", "status").Should().Equal([("200", 3L), ("403", 1L), ("404", 1L)]);
        Pairs(report.GetProperty("series")[0], "byStatus", "status").Should().BeEmpty();
    }

    [Fact]
    public async Task Series_ByStatus_AddsUpToThePointAndToTheTotals()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var (reader, secret) = api.Issue(
            new CreateApiKeyRequest { Name = "Reader", Type = ApiKeyTypes.Production, Tier = "read", Permissions = [] });
        for (var hour = 0; hour < 30; hour++)
        {
            for (var i = 0; i <= hour % 3; i++)
            {
                await api.StatusAsync(secret);
                await api.SendAsync(HttpMethod.Post, "/write", secret);
            }

            await api.GetAsync("/nowhere", secret);
            await api.QuietAsync();
            api.Time.Advance(TimeSpan.FromHours(1));
        }

        foreach (var range in new[]
        {
            "from=2026-11-24", "from=2026-11-24&interval=day", "from=2026-11-24T13:30:00Z&to=2026-11-25T05:30:00Z",
        })
        {
            var report = await ReportAsync(api, admin, $"?keyId={reader.Id}&{range}");
            var points = report.GetProperty("series").EnumerateArray().ToList();

            points.Should().OnlyContain(point => Pairs(point, "byStatus", "status").Sum(pair => pair.Requests)
                == point.GetProperty("requests").GetInt64());
            points.Should().OnlyContain(point => Pairs(point, "byStatus", "status").Where(pair => pair.Name != "200")
                .Sum(pair => pair.Requests) == point.GetProperty("errors").GetInt64());
            points.SelectMany(point => Pairs(point, "byStatus", "status")).GroupBy(pair => pair.Name, pair => pair.Requests)
                .Select(status => (status.Key, status.Sum())).Order()
                .Should().Equal(Pairs(report, "byStatus", "status"));
            points.Sum(point => point.GetProperty("requests").GetInt64()).Should().BePositive();
        }
    }

    [Fact]
    public async Task Report_OfManagement_NamesItsCollectionAsCallersDo()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        (await api.StatusAsync(secret, ManagementApi.Keys)).Should().Be(HttpStatusCode.OK);
        (await api.StatusAsync(secret, ManagementApi.Keys + "/")).Should().Be(HttpStatusCode.OK);

        using var response = await api.GetAsync(ManagementApi.Keys + "/usage", secret);

        var endpoint = (await response.JsonAsync()).GetProperty("byEndpoint")[0];
        (endpoint.Text("endpoint"), endpoint.GetProperty("requests").GetInt32()).Should().Be(($"GET {ManagementApi.Keys}", 2));
    }

    [Fact]
    public async Task Report_OfTheWorkspace_HasAllItsKeysAndNoOthers()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var (one, secret) = api.Issue(new CreateApiKeyRequest { Name = "One", Type = ApiKeyTypes.Production });
        await api.StatusAsync(secret);
        await api.StatusAsync(secret);
        var other = api.OtherWorkspace();
        await api.StatusAsync(other);

        Pairs(await ReportAsync(api, admin), "byKey", "keyId")
            .Should().Contain((one.Id, 2L)).And.HaveCount(1, "the report itself is still in progress");
        Pairs(await ReportAsync(api, admin), "byKey", "keyId").Should().HaveCount(2);
        Pairs(await ReportAsync(api, other), "byEndpoint", "endpoint").Should().Equal([("GET /read", 1L)]);
        using var foreign = await api.GetAsync($"{Usage}?keyId={one.Id}", other);
        foreign.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Refusals_OfAKnownKey_Count_ThoseOfRevokedAndUnknownOnesDoNot()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var (limited, secret) = api.Issue(
            new CreateApiKeyRequest
            {
                Name = "Limited",
                Type = ApiKeyTypes.Production,
                RateLimits = [new RateLimit(1, TimeSpan.FromMinutes(1))],
            });
        await api.StatusAsync(secret);
        (await api.StatusAsync(secret)).Should().Be(HttpStatusCode.TooManyRequests);
        var (listed, elsewhere) = api.Issue(
            new CreateApiKeyRequest { Name = "Listed", Type = ApiKeyTypes.Production, AllowedNetworks = ["10.0.0.0/8"] });
        (await api.StatusAsync(elsewhere)).Should().Be(HttpStatusCode.Forbidden);
        var (expired, old) = api.Issue(
            change: key => key with { ExpiresAt = TestApi.Start.AddDays(-1), CreatedAt = TestApi.Start.AddDays(-2) });
        (await api.StatusAsync(old)).Should().Be(HttpStatusCode.Unauthorized);
        var (revoked, leaked) = api.Issue(change: key => key with { RevokedAt = TestApi.Start.AddDays(-1) });
        (await api.StatusAsync(leaked)).Should().Be(HttpStatusCode.Unauthorized);
        (await api.StatusAsync(api.UnknownSecret())).Should().Be(HttpStatusCode.Unauthorized);

        var report = await ReportAsync(api, admin);

        Pairs(report, "byKey", "keyId").Should().BeEquivalentTo([(limited.Id, 2L), (listed.Id, 1L), (expired.Id, 1L)]);
        Pairs(report, "byStatus", "status").Should().Equal([("200", 1L), ("401", 1L), ("403", 1L), ("429", 1L)]);
        revoked.Id.Should().NotBeEmpty();
    }

    [Fact]
    public async Task Endpoint_ThatThrows_CountsUnderItsOwnNameAndNotTheErrorPages()
    {
        await using var api = await TestApi.StartAsync(app: app =>
        {
            app.UseExceptionHandler("/error");
            app.UseRouting();
            app.UseAuthentication();
            app.UseAuthorization();
            app.MapHirePandaApiKeys(ManagementApi.Keys);
            app.MapGet("/throws/{id:int}", () => { throw new InvalidOperationException("on purpose"); })
                .RequireAuthorization("read");
            app.MapGet("/error", () => Results.StatusCode(500)).RequireAuthorization("read");
        });
        var admin = api.Secret();
        (await api.StatusAsync(admin, "/throws/7")).Should().Be(HttpStatusCode.InternalServerError);

        var report = await ReportAsync(api, admin);

        Pairs(report, "byEndpoint", "endpoint").Should().Equal([("GET /throws/{id:int}", 1L)]);
        Pairs(report, "byStatus", "status").Should().Equal([("500", 1L)]);
    }

    [Fact]
    public async Task Paths_ThatNothingMatches_ShareOneRow()
    {
        await using var api = await TestApi.StartAsync(app: app =>
        {
            app.UseAuthentication();
            app.UseAuthorization();
            app.Use((context, next) => context.Request.Path.StartsWithSegments("/any")
                ? Microsoft.AspNetCore.Authentication.AuthenticationHttpContextExtensions.AuthenticateAsync(
                    context, ApiKeyDefaults.AuthenticationScheme)
                : next(context));
            app.MapHirePandaApiKeys(ManagementApi.Keys);
        });
        var admin = api.Secret();
        for (var i = 0; i < 5; i++)
        {
            await api.GetAsync($"/any/{Guid.NewGuid()}", admin);
        }

        Pairs(await ReportAsync(api, admin), "byEndpoint", "endpoint").Should().Equal([("unmatched", 5L)]);
    }

    [Fact]
    public async Task Latency_IsReportedInMillisecondsWithinFivePercent_AndStreamsStayOut()
    {
        TestApi? started = null;
        await using var api = started = await TestApi.StartAsync(app: app =>
        {
            app.MapHirePandaApiKeys(ManagementApi.Keys);
            app.MapGet("/slow/{ms:int}", (int ms) => started!.Time.Advance(TimeSpan.FromMilliseconds(ms)))
                .RequireAuthorization("read");
            app.MapGet("/stream", (HttpContext context) =>
            {
                context.Response.ContentType = "text/event-stream";
                started!.Time.Advance(TimeSpan.FromMinutes(2));
            }).RequireAuthorization("read");
        });
        var (key, secret) = api.Issue();
        for (var ms = 1; ms <= 100; ms++)
        {
            await api.StatusAsync(secret, $"/slow/{ms}");
        }

        await api.StatusAsync(secret, "/stream");

        var report = await ReportAsync(api, api.Secret(), $"?keyId={key.Id}");

        var latency = report.GetProperty("totals").GetProperty("latencyMs");
        latency.GetProperty("p50").GetDouble().Should().BeApproximately(50, 2.5);
        latency.GetProperty("p95").GetDouble().Should().BeApproximately(95, 4.75);
        latency.GetProperty("p99").GetDouble().Should().BeApproximately(99, 4.95);
        report.GetProperty("totals").GetProperty("requests").GetInt64().Should().Be(101);
        var stream = report.GetProperty("byEndpoint").EnumerateArray()
            .Single(endpoint => endpoint.Text("endpoint") == "GET /stream");
        stream.GetProperty("latencyMs").GetProperty("p50").ValueKind.Should().Be(JsonValueKind.Null);
        stream.GetProperty("requests").GetInt64().Should().Be(1);
    }

    [Fact]
    public async Task Requests_OfDifferentHours_AreTheirOwnPoints_AlsoWhereNothingWasStoredInBetween()
    {
        await using var api = await ManagementApi.StartAsync();
        var (key, secret) = api.Issue();
        api.Store.BeforeUsage = () => throw new InvalidOperationException("away");
        api.Time.Advance(TimeSpan.FromMinutes(59.5));
        await api.StatusAsync(secret);
        api.Time.Advance(TimeSpan.FromMinutes(1));
        await api.StatusAsync(secret);
        await api.StatusAsync(secret);
        api.Store.BeforeUsage = () => { };

        var report = await ReportAsync(api, api.Secret(), $"?keyId={key.Id}");

        Pairs(report, "series", "at").TakeLast(2).Should().Equal([("2026-11-24T12:00:00Z", 1L), ("2026-11-24T13:00:00Z", 2L)]);
        Pairs(
            await ReportAsync(
                api, api.Secret(), $"?keyId={key.Id}&interval=day&from=2026-11-23T00:00:00Z&to=2026-11-25T00:00:00Z"),
            "series",
            "at")
            .Should().Equal([("2026-11-23T00:00:00Z", 0L), ("2026-11-24T00:00:00Z", 3L)]);
    }

    [Fact]
    public async Task Country_ComesFromTheHeaderThatTheHostTrusts()
    {
        await using var api = await TestApi.StartAsync(
            options => options.Usage.CountryHeaderName = "X-Country", app: app => app.MapHirePandaApiKeys(ManagementApi.Keys));
        var (key, secret) = api.Issue();
        foreach (var country in new[] { "de", "DE", "FR", "XX", "T1", "Deutschland" })
        {
            await api.SendAsync(HttpMethod.Get, "/read", secret, change: request => request.Headers.Add("X-Country", country));
        }

        Pairs(await ReportAsync(api, api.Secret(), $"?keyId={key.Id}"), "byCountry", "country")
            .Should().Equal([("unknown", 3L), ("DE", 2L), ("FR", 1L)]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task Country_ComesFromTheResolver_AskedOnceAnAddressForAWhile(string? noHeader)
    {
        var resolver = new Resolver();
        await using var api = await TestApi.StartAsync(
            options => options.Usage.CountryHeaderName = noHeader,
            builder => builder.Services.AddSingleton<IApiKeyCountryResolver>(resolver),
            app => app.MapHirePandaApiKeys(ManagementApi.Keys));
        var (key, secret) = api.Issue();
        await ReadAsync("192.0.2.1");
        await ReadAsync("192.0.2.1");
        await ReadAsync("10.0.0.1");
        resolver.Asked.Should().Be(2);
        api.Time.Advance(TimeSpan.FromMinutes(6));
        await ReadAsync("192.0.2.1");
        resolver.Asked.Should().Be(3, "an address may move");

        Pairs(await ReportAsync(api, api.Secret(), $"?keyId={key.Id}"), "byCountry", "country")
            .Should().Equal([("NL", 3L), ("unknown", 1L)]);

        // The requests are sequential, because two that end at the same moment can both call the resolver.
        async Task ReadAsync(string address)
        {
            await api.GetAsync("/read", secret, address);
            await api.QuietAsync();
        }
    }

    [Fact]
    public async Task Record_OfAResponse_AllocatesNothing()
    {
        await using var api = await ManagementApi.StartAsync();
        var (_, secret) = api.Issue();
        var live = (await api.Verifier.VerifyAsync(secret, default, TestContext.Current.CancellationToken)).Live!;
        var endpoint = api.Services.GetRequiredService<Microsoft.AspNetCore.Routing.EndpointDataSource>().Endpoints[0];
        var recorder = api.Services.GetRequiredService<UsageRecorder>();
        var context = new DefaultHttpContext();
        context.Features.Set<Microsoft.AspNetCore.Http.Features.IHttpResponseFeature>(new Started());
        (context.Request.Method, context.Response.ContentType) = (HttpMethods.Get, "application/json; charset=utf-8");
        Run();

        var before = GC.GetAllocatedBytesForCurrentThread();
        Run();

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);

        void Run()
        {
            for (var i = 0; i < 1_000; i++)
            {
                recorder.Record(
                    live.Activity,
                    context,
                    endpoint,
                    IPAddress.Loopback,
                    TestApi.Start.UtcTicks,
                    TestApi.Start.UtcTicks + (i % 10));
            }
        }
    }

    [Theory]
    [InlineData("?from=2026-11-24T12:00:00Z&to=2026-11-24T11:00:00Z", "from")]
    [InlineData("?from=yesterday", "from")]
    [InlineData("?to=1700000000", "to")]
    [InlineData("?interval=minute", "interval")]
    [InlineData("?interval=", "interval")]
    [InlineData("?from=2025-01-01T00:00:00Z&to=2026-11-24T00:00:00Z", "from")]
    [InlineData("?from=0001-01-01T00:00:00Z&interval=day", "from")]
    [InlineData("?from=2025-10-04T00:30:00Z&to=2026-11-24T16:30:00Z", "from")]
    public async Task Report_OfARangeThatIsNotValid_Is400WithTheField(string query, string field)
    {
        await using var api = await ManagementApi.StartAsync();

        using var response = await api.GetAsync(Usage + query, api.Secret());

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.FieldsAsync()).Should().Equal(field);
    }

    [Theory]
    [InlineData("?from=2026-11-24T00:00:00Z&to=2026-11-24T00:00:00Z", 0)]
    [InlineData("?from=2025-10-04T00:00:00Z&to=2026-11-24T16:00:00Z", 10_000)]
    [InlineData("?from=2026-11-01&to=2026-11-03&interval=day", 2)]
    [InlineData("?from=9999-12-31T20:00:00Z&to=9999-12-31T23:59:59Z", 4)]
    [InlineData("?to=0001-01-01T00:30:00Z", 1)]
    public async Task Report_OfAnUnusualRange_HasItsPoints(string query, int points)
    {
        await using var api = await ManagementApi.StartAsync();

        var report = await ReportAsync(api, api.Secret(), query);

        report.GetProperty("series").GetArrayLength().Should().Be(points);
        report.GetProperty("totals").GetProperty("latencyMs").GetProperty("p99").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public async Task Report_OfARangeWithTooManyPoints_SaysTheLimit()
    {
        await using var api = await ManagementApi.StartAsync();

        using var response = await api.GetAsync(Usage + "?from=2025-01-01T00:00:00Z&to=2026-11-24T00:00:00Z", api.Secret());

        (await response.TextAsync()).Should().Contain("10000");
    }

    internal static async Task<JsonElement> ReportAsync(TestApi api, string secret, string query = "")
    {
        await api.QuietAsync();
        using var response = await api.GetAsync(Usage + query, secret);
        response.StatusCode.Should().Be(HttpStatusCode.OK, await response.TextAsync());
        return await response.JsonAsync();
    }

    internal static IEnumerable<(string Name, long Requests)> Pairs(JsonElement report, string list, string name)
        => report.GetProperty(list).EnumerateArray()
            .Select(entry => (entry.GetProperty(name).ToString(), entry.GetProperty("requests").GetInt64())).ToList();

    private sealed class Started : Microsoft.AspNetCore.Http.Features.HttpResponseFeature
    {
        public override bool HasStarted => true;
    }

    private sealed class Resolver : IApiKeyCountryResolver
    {
        public int Asked { get; private set; }

        public string? GetCountry(IPAddress address)
        {
            Asked++;
            return address.ToString() == "10.0.0.1" ? throw new InvalidOperationException("on purpose") : "NL";
        }
    }
}
