using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>
/// The framework's in-process caches before and after authentication. No response reaches another workspace.
/// </summary>
public sealed class SharedCacheTests
{
    public static TheoryData<string, string, bool> Cases
    {
        get
        {
            var cases = new TheoryData<string, string, bool>();
            foreach (
                var path in new[]
                {
                    "/public",
                    "/public/late",
                    "/public/early",
                    "/mvc/public",
                    "/mvc/vary",
                    "/output",
                    "/bodiless",
                })
            {
                foreach (var source in new[] { "X-API-Key", "Authorization", "Cookie" })
                {
                    cases.Add(path, source, true);
                    cases.Add(path, source, false);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Get_AnswerThatSaysPublic_ReachesNoOtherCaller(string path, string source, bool isCacheFirst)
    {
        await using var api = await StartAsync(isCacheFirst);
        var (ours, theirs) = (api.Secret(), api.OtherWorkspace());

        (await WhoAsync(api, path, source, ours)).Should().Be(TestApi.Workspace);
        (await WhoAsync(api, path, source, ours)).Should().Be(TestApi.Workspace);
        (await WhoAsync(api, path, source, theirs)).Should().Be("other");
        (await WhoAsync(api, path, source, ours)).Should().Be(TestApi.Workspace);
        (await WhoAsync(api, path, source, api.UnknownSecret())).Should().Be("Unauthorized");
        (await WhoAsync(api, path, source, null)).Should().Be("Unauthorized");
        (await WhoAsync(api, path, source, ours)).Should().Be(TestApi.Workspace);
    }

    [Theory]
    [InlineData("/open/public", true)]
    [InlineData("/open/public", false)]
    [InlineData("/mvc/open", true)]
    [InlineData("/mvc/open", false)]
    public async Task Get_EndpointThatIsOpenToAnyone_IsCachedForThoseWithoutAKeyAlone(string path, bool isCacheFirst)
    {
        await using var api = await StartAsync(isCacheFirst);
        var secret = api.Secret();

        (await WhoAsync(api, path, "X-API-Key", secret)).Should().Be(TestApi.Workspace);
        using var first = await api.GetAsync(path);
        using var cached = await api.GetAsync(path);
        (await WhoAsync(api, path, "X-API-Key", secret)).Should().Be(TestApi.Workspace);

        (await first.TextAsync()).Should().Be("nobody");
        (await cached.TextAsync()).Should().Be("nobody");
        cached.Headers.Age.Should().NotBeNull("a response that does not depend on a key is still cached");
    }

    [Fact]
    public async Task Get_KeyThatOnlyTheEndpointAsksFor_IsNotCachedForTheNextCaller()
    {
        await using var api = await TestApi.StartAsync(
            options => options.HeaderNames = ["X-API-Key"],
            builder =>
            {
                builder.Services.AddOutputCache();
                builder.Services.AddAuthentication("Person").AddCookie("Person");
            },
            app =>
            {
                app.UseOutputCache();
                app.MapGet("/asks", async (HttpContext context) =>
                {
                    await context.AuthenticateAsync(ApiKeyDefaults.AuthenticationScheme);
                    return Who(context);
                }).CacheOutput();
            });

        (await WhoAsync(api, "/asks", "X-API-Key", api.Secret())).Should().Be(TestApi.Workspace);
        (await WhoAsync(api, "/asks", "X-API-Key", api.OtherWorkspace()))
            .Should().Be("other", "the request has no user, so the cache would store it");
        (await WhoAsync(api, "/asks", "X-API-Key", null)).Should().Be("nobody");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Get_CookieOfAnAcceptedScheme_IsNotCachedForTheNextCaller(bool isCacheFirst)
    {
        await using var api = await TestApi.StartAsync(
            options => options.HeaderNames = ["X-API-Key"],
            builder =>
            {
                builder.Services.AddResponseCaching().AddAuthentication().AddCookie("Person");
                builder.Services.AddHirePandaApiKeys().AcceptScheme("Person");
            },
            app =>
            {
                if (isCacheFirst)
                {
                    app.UseResponseCaching();
                }

                app.UseAuthentication().UseAuthorization();
                if (!isCacheFirst)
                {
                    app.UseResponseCaching();
                }

                app.MapGet("/login", (string name) => Results.SignIn(
                    new(new ClaimsIdentity([new("sub", name), new("workspace", name), new("scope", "read")], "login")),
                    authenticationScheme: "Person"));
                app.MapGet("/public", (HttpContext context) =>
                {
                    context.Response.Headers.CacheControl = "public, max-age=60";
                    return context.User.FindFirst("workspace")!.Value;
                }).RequireAuthorization("read");
            });

        foreach (var name in new[] { "ada", "bob", "ada" })
        {
            using var login = await api.GetAsync($"/login?name={name}");
            var cookie = login.Header("Set-Cookie")!.Split(';')[0];
            using var response = await api.SendAsync(
                HttpMethod.Get, "/public", change: request => request.Headers.Add("Cookie", cookie));
            (await response.TextAsync()).Should().Be(name);
        }

        using var nobody = await api.GetAsync("/public");
        nobody.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Get_RefusedKeyOnAnEndpointThatSaysPublic_IsNotCached(bool isCacheFirst)
    {
        await using var api = await StartAsync(isCacheFirst);
        var (_, poor) = api.Issue(
            new CreateApiKeyRequest
            {
                Name = "Poor",
                Type = ApiKeyTypes.Production,
                RateLimits = [new RateLimit(1, TimeSpan.FromHours(1))],
            });
        var (_, elsewhere) = api.Issue(
            new CreateApiKeyRequest { Name = "Elsewhere", Type = ApiKeyTypes.Production, AllowedNetworks = ["192.0.2.1"] });

        (await WhoAsync(api, "/public", "X-API-Key", poor)).Should().Be(TestApi.Workspace);
        (await WhoAsync(api, "/public", "X-API-Key", poor)).Should().Be("TooManyRequests");
        (await WhoAsync(api, "/public", "X-API-Key", elsewhere)).Should().Be("Forbidden");
        (await WhoAsync(api, "/public", "X-API-Key", api.Secret())).Should().Be(TestApi.Workspace);
    }

    [Theory]
    [InlineData("public, max-age=60", "Accept", "max-age=60, private", "Accept, X-API-Key")]
    [InlineData("no-store", "*", "no-store", "*")]
    [InlineData("private=\"Set-Cookie\", s-maxage=5", "x-api-key", "private", "x-api-key")]
    [InlineData("public, what=?\"", null, "private", "X-API-Key")]
    [InlineData(null, null, "private", "X-API-Key")]
    public async Task Get_FieldsThatAnEndpointSets_BecomeStricterAtOnce(
        string? control, string? vary, string strictControl, string strictVary)
    {
        await using var api = await TestApi.StartAsync(
            options => options.HeaderNames = ["X-API-Key"], app: app => app.MapGet("/fields", (HttpContext context) =>
        {
            var headers = context.Response.Headers;
            headers.Clear();
            headers.Remove("vary");
            headers.Remove("cache-control");
            headers.CacheControl = control;
            headers.Vary = vary;
            headers["X-Seen"] = $"{headers.CacheControl} {headers.Vary}";
        }).RequireAuthorization("read"));

        using var response = await api.SendAsync(
            HttpMethod.Get, "/fields", change: request => request.Headers.Add("X-API-Key", api.Secret()));

        response.Header("X-Seen").Should().Be($"{strictControl} {strictVary.Replace(", ", ",")}");
        response.Header("Cache-Control").Should().Be(strictControl);
        response.Header("Vary").Should().Be(strictVary);
    }

    private static async Task<string> WhoAsync(TestApi api, string path, string source, string? secret)
    {
        using var response = await api.SendAsync(HttpMethod.Get, path, change: request =>
        {
            if (secret is not null)
            {
                request.Headers.TryAddWithoutValidation(source, source switch
                {
                    "Authorization" => $"Bearer {secret}",
                    "Cookie" => $"key={secret}",
                    _ => secret,
                }).Should().BeTrue();
            }
        });
        return response.StatusCode != HttpStatusCode.OK
            ? $"{response.StatusCode}"
            : response.Header("X-Who") ?? await response.TextAsync();
    }

    /// <param name="isCacheFirst">true if the caches run before authentication, or false if they run after authorization.</param>
    private static Task<TestApi> StartAsync(bool isCacheFirst) => TestApi.StartAsync(
        options =>
        {
            options.HeaderNames = ["X-API-Key"];
            options.Events.OnMessageReceived = received =>
            {
                received.Secret = received.Request.Cookies["key"];
                return Task.CompletedTask;
            };
        },
        builder =>
        {
            builder.Services.AddResponseCaching().AddOutputCache();
            builder.Services.AddControllers().AddApplicationPart(typeof(SharedCacheTests).Assembly);
        },
        app =>
        {
            if (isCacheFirst)
            {
                app.UseResponseCaching().UseOutputCache().UseAuthentication().UseAuthorization();
            }
            else
            {
                app.UseAuthentication().UseAuthorization().UseResponseCaching().UseOutputCache();
            }

            app.MapControllers();
            app.MapGet("/public", Public).RequireAuthorization("read");
            app.MapGet("/open/public", Public);
            app.MapGet("/output", (HttpContext context) => Who(context)).CacheOutput().RequireAuthorization("read");
            app.MapGet("/bodiless", (HttpContext context) =>
            {
                context.Response.Headers.CacheControl = "public, max-age=60";
                context.Response.Headers["X-Who"] = Who(context);
            }).RequireAuthorization("read");
            app.MapGet("/public/late", (HttpContext context) =>
            {
                var headers = context.Response.GetTypedHeaders();
                headers.CacheControl = new() { Public = true, MaxAge = TimeSpan.FromMinutes(1) };
                context.Response.Headers.Remove("Vary");
                return Who(context);
            }).RequireAuthorization("read");
            app.MapGet("/public/early", async (HttpContext context) =>
            {
                context.Response.Headers.CacheControl = "public, max-age=60";
                await context.Response.StartAsync();
                await context.Response.WriteAsync(Who(context));
            }).RequireAuthorization("read");
        });

    private static string Public(HttpContext context)
    {
        context.Response.Headers.CacheControl = "public, max-age=60";
        return Who(context);
    }

    internal static string Who(HttpContext context) => context.GetApiKey()?.Workspace ?? "nobody";
}

/// <summary>Responses that the framework's attribute makes public.</summary>
[ApiController]
[Route("mvc")]
public sealed class CachedController : ControllerBase
{
    [HttpGet("public")]
    [RequirePermission("jobs:read")]
    [ResponseCache(Duration = 60)]
    public string Public() => SharedCacheTests.Who(HttpContext);

    [HttpGet("vary")]
    [RequirePermission("jobs:read")]
    [ResponseCache(Duration = 60, VaryByHeader = "Accept")]
    public string Vary() => SharedCacheTests.Who(HttpContext);

    [HttpGet("open")]
    [ResponseCache(Duration = 60)]
    public string Open() => SharedCacheTests.Who(HttpContext);
}
