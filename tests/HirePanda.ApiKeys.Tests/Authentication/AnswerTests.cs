using System.Net;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Every row of the table of responses, byte for byte.</summary>
public sealed class AnswerTests
{
    private const string Unauthorized
        = """{"error":{"code":"unauthorized","message":"Invalid or missing API key","status":401}}""";
    private const string InvalidToken = "Bearer error=\"invalid_token\"";

    public static TheoryData<string, string?, string> Bad => new()
    {
        { "missing", null, "Bearer" },
        { "basic", "Basic dXNlcjpwYXNz", "Bearer" },
        { "scheme alone", "Bearer", "Bearer" },
        { "scheme and spaces", "Bearer   ", "Bearer" },
        { "no space", "Bearerhp_live_x", "Bearer" },
        { "malformed", "Bearer hp_live_junk", InvalidToken },
        { "wrong checksum", "Bearer hp_live_qBhya2hoi8ucTVyAmSRnraF4pk0bZu2II0Gs", InvalidToken },
        { "swapped case", "Bearer HP_LIVE_QbHY02HOI8UCtvYaMsrNRAf4PK0BzU2ii0gS", InvalidToken },
        { "unknown type", "Bearer hp_nope_qBhy02hoi8ucTVyAmSRnraF4pk0bZu2II0Gs", InvalidToken },
        { "unknown", "Bearer hp_live_qBhy02hoi8ucTVyAmSRnraF4pk0bZu2II0Gs", InvalidToken },
        { "foreign token", "Bearer eyJhbGciOiJub25lIn0.e30.", InvalidToken },
        { "outside ASCII", "Bearer hp_live_qBhy02hoi8ucéVyAmSRnraF4pk0bZu2II0Gs", InvalidToken },
        { "8 KB", "Bearer hp_live_" + new string('a', 8000), InvalidToken },
        { "list of two", "Bearer hp_live_qBhy02hoi8ucTVyAmSRnraF4pk0bZu2II0Gs, Bearer x", InvalidToken },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task Get_BadCredential_IsTheSame401(string what, string? authorization, string challenge)
    {
        await using var api = await TestApi.StartAsync();

        using var response = await api.SendAsync(HttpMethod.Get, "/read", change: request =>
        {
            if (authorization is not null)
            {
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
            }
        });

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized, what);
        response.Header("WWW-Authenticate").Should().Be(challenge);
        response.Header("Content-Type").Should().Be("application/json");
        response.Header("RateLimit").Should().BeNull();
        (await response.TextAsync()).Should().Be(Unauthorized);
    }

    [Fact]
    public async Task Get_RevokedKey_IsTheSame401()
    {
        await using var api = await TestApi.StartAsync();
        var (_, secret) = api.Issue(change: key => key with { RevokedAt = TestApi.Start });

        using var response = await api.GetAsync("/read", secret);

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        response.Header("WWW-Authenticate").Should().Be(InvalidToken);
        (await response.TextAsync()).Should().Be(Unauthorized);
    }

    [Fact]
    public async Task Get_KeyInTheQueryString_IsMissing()
    {
        await using var api = await TestApi.StartAsync();

        using var response = await api.GetAsync("/read?api_key=" + api.Secret());

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        response.Header("WWW-Authenticate").Should().Be("Bearer");
    }

    [Fact]
    public async Task Get_TwoAuthorizationLines_IsAmbiguous()
    {
        await using var api = await TestApi.StartAsync();
        var secret = api.Secret();

        var context = await api.Server.SendAsync(context =>
        {
            context.Request.Path = "/read";
            context.Request.Headers.Authorization = new[] { $"Bearer {secret}", "Basic dXNlcjpwYXNz" };
        }, TestContext.Current.CancellationToken);

        context.Response.StatusCode.Should().Be(401);
        context.Response.Headers.WWWAuthenticate.ToString().Should().Be("Bearer error=\"invalid_request\"");
        using var reader = new StreamReader(context.Response.Body);
        (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).Should().Be(Unauthorized);
    }

    [Theory]
    [InlineData("bearer {0}")]
    [InlineData("BEARER {0}")]
    [InlineData("Bearer    {0}")]
    [InlineData("Bearer {0}   ")]
    public async Task Get_SchemeInAnyCaseOrPaddedWithSpaces_IsAdmitted(string format)
    {
        await using var api = await TestApi.StartAsync();
        var secret = api.Secret();

        using var response = await api.SendAsync(
            HttpMethod.Get, "/read", change: request => request.Headers.TryAddWithoutValidation(
            "Authorization", string.Format(System.Globalization.CultureInfo.InvariantCulture, format, secret)));

        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Get_ExpiredKey_SaysSoToTheHolderOfTheSecret()
    {
        await using var api = await TestApi.StartAsync();
        var (_, secret) = api.Issue(change: key => key with { ExpiresAt = TestApi.Start });

        using var response = await api.GetAsync("/read", secret);

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        response.Header("WWW-Authenticate")
            .Should().Be("Bearer error=\"invalid_token\", error_description=\"The API key has expired\"");
        response.Header("RateLimit").Should().BeNull();
        (await response.TextAsync())
            .Should().Be("""{"error":{"code":"key_expired","message":"API key has expired","status":401}}""");
    }

    [Theory]
    [InlineData("POST", "/write", "read", "write")]
    [InlineData("GET", "/admin", "write", "admin")]
    [InlineData("POST", "/jobs", "read", "jobs:write")]
    public async Task Send_RightMissing_NamesWhatIsMissing(string method, string path, string tier, string missing)
    {
        await using var api = await TestApi.StartAsync();

        using var response = await api.SendAsync(new HttpMethod(method), path, api.Secret(tier));

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        response.Header("WWW-Authenticate").Should().Be($"Bearer error=\"insufficient_scope\", scope=\"{missing}\"");
        response.Header("RateLimit").Should().Be("\"default\";r=999;t=1");
        (await response.TextAsync()).Should().Be(
            $$$"""{"error":{"code":"forbidden","message":"Insufficient permissions: """
            + $$$"""this API key lacks {{{missing}}}","status":403}}""");
    }

    [Theory]
    [InlineData("203.0.113.9")]
    [InlineData(null)]
    public async Task Get_AddressNotListed_IsForbiddenWithoutChallenge(string? address)
    {
        await using var api = await TestApi.StartAsync();
        var (_, secret) = api.Issue(
            new CreateApiKeyRequest { Name = "Listed", Type = ApiKeyTypes.Production, AllowedNetworks = ["192.0.2.0/24"] });

        using var response = await api.SendAsync(HttpMethod.Get, "/read", secret, address: address, change: request =>
            request.Headers.Add("X-Forwarded-For", "192.0.2.1"));

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        response.Header("WWW-Authenticate").Should().BeNull();
        response.Header("RateLimit").Should().BeNull();
        (await response.TextAsync()).Should().Be(
            """{"error":{"code":"forbidden","message":"IP address is not on the allowlist","status":403}}""");
    }

    [Fact]
    public async Task Get_LimitUsedUp_SaysWhenToComeBack()
    {
        await using var api = await TestApi.StartAsync();
        var (_, secret) = api.Issue(
            new CreateApiKeyRequest
            {
                Name = "Limited",
                Type = ApiKeyTypes.Production,
                RateLimits = [new RateLimit(2, TimeSpan.FromSeconds(60))],
            });
        using var first = await api.GetAsync("/read", secret);
        api.Time.Advance(TimeSpan.FromSeconds(0.5));
        using var second = await api.GetAsync("/read", secret);

        using var third = await api.GetAsync("/read", secret);

        first.Header("RateLimit-Policy").Should().Be("\"default\";q=2;w=60");
        first.Header("RateLimit").Should().Be("\"default\";r=1;t=30");
        second.Header("RateLimit").Should().Be("\"default\";r=0;t=30");
        third.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        third.Header("RateLimit-Policy").Should().Be("\"default\";q=2;w=60");
        third.Header("RateLimit").Should().Be("\"default\";r=0;t=30");
        third.Header("Retry-After").Should().Be("30");
        third.Header("WWW-Authenticate").Should().BeNull();
        (await third.TextAsync()).Should().Be("""{"error":{"code":"rate_limited","message":"Too many requests","status":429}}""");

        api.Time.Advance(TimeSpan.FromSeconds(29.5));
        using var fourth = await api.GetAsync("/read", secret);
        fourth.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Get_BucketFull_HasNoTimeToWait()
    {
        await using var api = await TestApi.StartAsync();
        var (_, secret) = api.Issue(
            new CreateApiKeyRequest
            {
                Name = "Fast",
                Type = ApiKeyTypes.Production,
                RateLimits = [new RateLimit(1, TimeSpan.FromSeconds(1)), new RateLimit(9, TimeSpan.FromDays(9))],
            });

        using var response = await api.GetAsync("/read", secret);

        response.Header("RateLimit-Policy").Should().Be("\"default\";q=1;w=1, \"default-2\";q=9;w=777600");
        response.Header("RateLimit").Should().Be("\"default\";r=0;t=1, \"default-2\";r=8;t=86400");
    }

    [Fact]
    public async Task Get_ThrottledClient_IsRateLimitedWithoutLimitFields()
    {
        await using var api = await TestApi.StartAsync(options => options.FailedAttempts.PerMinute = 1);
        using var first = await api.GetAsync("/read", api.UnknownSecret(), "192.0.2.1");

        using var second = await api.GetAsync("/read", api.UnknownSecret(), "192.0.2.1");

        second.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        second.Header("Retry-After").Should().Be("60");
        second.Header("RateLimit").Should().BeNull();
        (await second.CodeAsync()).Should().Be("rate_limited");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Get_StoreCannotAnswer_IsServiceUnavailable(bool hasStore)
    {
        await using var api = await TestApi.StartAsync(withStore: hasStore);
        api.Store.BeforeRead = _ => throw new InvalidOperationException("The database is away.");

        using var response = await api.GetAsync("/read", api.UnknownSecret());

        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        response.Header("Retry-After").Should().Be("1");
        response.Header("WWW-Authenticate").Should().BeNull();
        (await response.TextAsync()).Should().Be(
            """{"error":{"code":"service_unavailable","message":"API keys cannot be verified at the moment","status":503}}""");
    }

    [Fact]
    public async Task Head_RightMissing_HasNoBody()
    {
        await using var api = await TestApi.StartAsync();

        using var response = await api.SendAsync(HttpMethod.Head, "/write", api.Secret("read"));

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        response.Header("Content-Type").Should().Be("application/json");
        (await response.TextAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("missing", 401, "16")]
    [InlineData("lacking", 403, "7")]
    [InlineData("limited", 429, "8")]
    [InlineData("unavailable", 503, "14")]
    public async Task Post_Grpc_GetsItsOwnStatusAndNoBody(string what, int status, string grpcStatus)
    {
        await using var api = await TestApi.StartAsync();
        var (_, secret) = api.Issue(new CreateApiKeyRequest
        {
            Name = "gRPC",
            Type = ApiKeyTypes.Production,
            Tier = what == "lacking" ? "read" : "admin",
            RateLimits = [new RateLimit(1, TimeSpan.FromSeconds(60))],
        });
        if (what == "limited")
        {
            (await api.SendAsync(HttpMethod.Post, "/write", secret)).Dispose();
        }

        api.Store.BeforeRead = _ => what == "unavailable" ? throw new InvalidOperationException() : Task.CompletedTask;

        using var response = await api.SendAsync(
            HttpMethod.Post, "/write", what == "missing" ? null : secret, body: "", change: request =>
            request.Content!.Headers.ContentType = new("application/grpc"));

        ((int)response.StatusCode).Should().Be(status);
        response.Header("grpc-status").Should().Be(grpcStatus);
        (await response.TextAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Get_ProblemDetailsWanted_HasTheCodeAsExtensionMember()
    {
        await using var api = await TestApi.StartAsync(options => options.UseProblemDetails = true);

        using var response = await api.GetAsync("/read");

        response.Header("Content-Type").Should().Be("application/problem+json");
        response.Header("WWW-Authenticate").Should().Be("Bearer");
        (await response.TextAsync()).Should().Be(
            """{"type":"about:blank","title":"Unauthorized","status":"""
            + """401,"detail":"Invalid or missing API key","code":"unauthorized"}""");
    }

    [Fact]
    public async Task Get_ProblemDetailsOfTheHost_AreCustomizedByIt()
    {
        await using var api = await TestApi.StartAsync(
            options => options.UseProblemDetails = true,
            builder => builder.Services.AddProblemDetails(problems => problems.CustomizeProblemDetails = context =>
                context.ProblemDetails.Extensions["support"] = "https://help.example"));

        using var response = await api.GetAsync("/admin", api.Secret("read"));
        using var bad = await api.SendAsync(HttpMethod.Head, "/admin", api.Secret("read"));

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        response.Header("Content-Type").Should().Be("application/problem+json");
        var problem = await response.JsonAsync();
        problem.GetProperty("code").GetString().Should().Be("forbidden");
        problem.GetProperty("status").GetInt32().Should().Be(403);
        problem.GetProperty("detail").GetString().Should().Be("Insufficient permissions: this API key lacks admin");
        problem.GetProperty("support").GetString().Should().Be("https://help.example");
        (await bad.TextAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Get_ImperativeChallengeAndForbid_WriteTheBodyToo()
    {
        await using var api = await TestApi.StartAsync(app: app =>
        {
            app.MapGet("/challenge", (HttpContext context) => context.ChallengeAsync());
            app.MapGet("/forbid", (HttpContext context) => context.ForbidAsync());
        });

        using var challenged = await api.GetAsync("/challenge");
        using var forbidden = await api.GetAsync("/forbid", api.Secret());

        challenged.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await challenged.TextAsync()).Should().Be(Unauthorized);
        forbidden.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        forbidden.Header("WWW-Authenticate").Should().Be("Bearer error=\"insufficient_scope\"");
        (await forbidden.TextAsync())
            .Should().Be("""{"error":{"code":"forbidden","message":"Insufficient permissions","status":403}}""");
    }

    [Fact]
    public async Task Get_AnonymousEndpoint_AnswersARefusedKeyAsAnyone()
    {
        await using var api = await TestApi.StartAsync();
        var (_, limited) = api.Issue(
            new CreateApiKeyRequest
            {
                Name = "Limited",
                Type = ApiKeyTypes.Production,
                RateLimits = [new RateLimit(1, TimeSpan.FromSeconds(60))],
            });
        (await api.GetAsync("/open", limited)).Dispose();

        foreach (var secret in new[] { "hp_live_junk", api.UnknownSecret(), limited, null })
        {
            using var response = await api.GetAsync("/open", secret);

            response.StatusCode.Should().Be(HttpStatusCode.OK);
            (await response.TextAsync()).Should().Be("nobody");
            response.Header("RateLimit").Should().BeNull();
        }
    }

    [Fact]
    public async Task Get_RevokedKeyInItsReminderWindow_HasNoExpiryHeader()
    {
        await using var api = await TestApi.StartAsync();
        var (_, secret) = api.Issue(
            new CreateApiKeyRequest { Name = "Short", Type = ApiKeyTypes.Production, ExpiresAt = TestApi.Start.AddDays(1) },
            key => key with { RevokedAt = TestApi.Start });

        using var response = await api.GetAsync("/read", secret);

        response.Header("Api-Key-Expires").Should().BeNull("the answer is the same as for a key that never was");
    }

    [Fact]
    public async Task Post_GrpcBehindStatusCodePages_GetsNoBody()
    {
        await using var api = await TestApi.StartAsync(app: app =>
        {
            app.UseStatusCodePages();
            app.UseAuthentication();
            app.UseAuthorization();
        });

        using var response = await api.SendAsync(
            HttpMethod.Post,
            "/write",
            body: "",
            change: request => request.Content!.Headers.ContentType = new("application/grpc"));

        response.Header("grpc-status").Should().Be("16");
        (await response.TextAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData(31, false)]
    [InlineData(30, true)]
    [InlineData(1, true)]
    public async Task Get_KeyInItsReminderWindow_CarriesItsExpiry(int days, bool carries)
    {
        await using var api = await TestApi.StartAsync();
        var (_, secret) = api.Issue(
            new CreateApiKeyRequest { Name = "Short", Type = ApiKeyTypes.Production, ExpiresAt = TestApi.Start.AddDays(days) });

        using var response = await api.GetAsync("/read", secret);

        response.Header("Api-Key-Expires").Should()
            .Be(carries ? TestApi.Start.AddDays(days).ToString("R", System.Globalization.CultureInfo.InvariantCulture) : null);
    }
}
