using System.Diagnostics;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace HirePanda.Api.Tests;

/// <summary>Registering apps.</summary>
public sealed class ClientTests
{
    private const string Path = "/api/v1/oauth/clients";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Client_IsShownWithItsSecretOnceAndDeleted()
    {
        await using var host = await OAuthHost.StartAsync();

        using var created = await host.CallAsync(HttpMethod.Post, Path, Body());
        using var listed = await host.CallAsync(HttpMethod.Get, Path);
        var client = await created.JsonAsync();
        var id = client.GetProperty("clientId").GetString()!;
        using var deleted = await host.CallAsync(HttpMethod.Delete, $"{Path}/{id}");
        using var again = await host.CallAsync(HttpMethod.Delete, $"{Path}/{id}");
        using var rest = await host.CallAsync(HttpMethod.Get, Path);

        created.StatusCode.Should().Be(HttpStatusCode.Created);
        created.Header("Cache-Control").Should().Be("no-store");
        client.GetProperty("clientSecret").GetString().Should().HaveLength(43);
        var item = (await listed.JsonAsync()).GetProperty("items").EnumerateArray().Should().ContainSingle().Subject;
        item.GetProperty("createdAt").GetString().Should().EndWith("Z");
        item.GetProperty("name").GetString().Should().Be("Job Board");
        item.GetProperty("redirectUris")[0].GetString().Should().Be("https://app.test/callback");
        item.GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()).Should().Equal("jobs:read");
        (await listed.TextAsync()).Should().NotContain("ecret");
        deleted.StatusCode.Should().Be(HttpStatusCode.NoContent);
        again.StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await again.CodeAsync()).Should().Be("not_found");
        (await rest.JsonAsync()).GetProperty("items").GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task Client_OfAnotherWorkspace_IsNotThere()
    {
        await using var host = await OAuthHost.StartAsync();
        var app = await host.RegisterAsync("public");
        var other = await host.NewKeyAsync("other");

        using var listed = await host.CallAsync(HttpMethod.Get, Path, key: other);
        using var deleted = await host.CallAsync(HttpMethod.Delete, $"{Path}/{app.Id}", key: other);
        using var own = await host.CallAsync(HttpMethod.Get, Path);

        app.Secret.Should().BeNull();
        (await listed.JsonAsync()).GetProperty("items").GetArrayLength().Should().Be(0);
        deleted.StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await own.JsonAsync()).GetProperty("items").GetArrayLength().Should().Be(1);
    }

    [Theory]
    [InlineData("http://app.test/", false)]
    [InlineData("app.test", false)]
    [InlineData("/callback", false)]
    [InlineData("https://app.test/#fragment", false)]
    [InlineData("https://*.app.test/", false)]
    [InlineData("https://app.test/*", false)]
    [InlineData("https://user:password@app.test/", false)]
    [InlineData("javascript:alert(1)", false)]
    [InlineData("com.app:/callback", false)]
    [InlineData("https://app.test;script-src/", false)]
    [InlineData("http://localhost.evil.test/", false)]
    [InlineData("https://app.test/callback?iss=x", false)]
    [InlineData("https://b\u00fccher.test/callback", true)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("http://localhost:5090/signin-oidc", true)]
    [InlineData("http://127.0.0.1/", true)]
    [InlineData("http://[::1]:8080/", true)]
    [InlineData("https://app.test:8443/callback?x=1", true)]
    public async Task RedirectAddress_IsAbsoluteAndSafe(string? address, bool isAllowed)
    {
        await using var host = await OAuthHost.StartAsync();

        using var response = await host.CallAsync(
            HttpMethod.Post, Path, Body(redirectUris: ["https://app.test/callback", address]));

        if (isAllowed)
        {
            response.StatusCode.Should().Be(HttpStatusCode.Created);
        }
        else
        {
            response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
            (await response.CodeAsync()).Should().Be("invalid_request");
            (await response.FieldsAsync()).Should().Equal("redirectUris[1]");
        }
    }

    [Fact]
    public async Task Input_ThatIsWrong_IsNamedByItsFields()
    {
        await using var host = await OAuthHost.StartAsync();
        var many = Enumerable.Range(0, 11).Select(i => $"https://app.test/{i}").ToArray();

        using var empty = await host.CallAsync(HttpMethod.Post, Path, new { });
        using var wrong = await host.CallAsync(
            HttpMethod.Post, Path,
            new { name = new string('x', 201), type = "other", redirectUris = many, scopes = new[] { "jobs:read", "none" } });
        using var unknown = await host.CallAsync(
            HttpMethod.Post, Path,
            new { name = "x", type = "public", redirectUris = many[..1], scopes = new[] { "jobs:read" }, more = 1 });
        using var hidden = await host.CallAsync(
            HttpMethod.Post, Path,
            new { name = "A\u202Eppa", type = "public", redirectUris = many[..1], scopes = new[] { "jobs:read" } });
        using var nameless = await host.CallAsync(
            HttpMethod.Post, Path,
            new
            {
                name = "x",
                type = "public",
                redirectUris = new[] { $"https://{new string('\u00fc', 80)}.test/" },
                scopes = new[] { "jobs:read" },
            });
        using var kind = await host.CallAsync(
            HttpMethod.Post, Path, new { name = "x", type = "public", redirectUris = new object[] { "https://app.test/", 1 } });

        (await empty.FieldsAsync()).Should().Equal("name", "type", "redirectUris", "scopes");
        (await wrong.FieldsAsync()).Should().Equal("name", "type", "redirectUris", "scopes[1]");
        (await unknown.FieldsAsync()).Should().Equal("more");
        (await hidden.FieldsAsync()).Should().Equal("name");
        (await nameless.FieldsAsync()).Should().Equal("redirectUris[0]");
        (await kind.FieldsAsync()).Should().Equal("redirectUris[1]");
    }

    [Theory]
    [InlineData("\\u200D", false)]
    [InlineData("Hire\\u200CPanda", false)]
    [InlineData("Line\\u2028Feed", false)]
    [InlineData("half \\uD800", false)]
    [InlineData("\\u0645\\u06CC\\u200C\\u062E\\u0648\\u0627\\u0647\\u0645", true)]
    [InlineData("\\uD83D\\uDC69\\u200D\\uD83D\\uDCBB", true)]
    public async Task Name_HasNoHiddenCharacters(string name, bool isAllowed)
    {
        await using var host = await OAuthHost.StartAsync();
        var json = $$"""
            {"name":"{{name}}","type":"public",
            "redirectUris":["https://app.test/"],"scopes":["jobs:read"]}
            """;
        using var browser = host.Open();
        var key = await host.NewKeyAsync("acme");

        using var response = await browser.SendAsync(
            HttpMethod.Post, Path, new StringContent(json, Encoding.UTF8, "application/json"),
            OAuthHost.Authorize(key));

        response.StatusCode.Should().Be(isAllowed ? HttpStatusCode.Created : HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Body_ThatDoesNotArrive_IsNotWaitedForLong()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var arrival = new Arrival();
        await using var host = await OAuthHost.StartAsync(
            services: all => all.AddSingleton<TimeProvider>(time).AddSingleton<IClaimsTransformation>(arrival));
        var key = await host.NewKeyAsync("acme");
        using var browser = host.Open();
        var end = new TaskCompletionSource();

        var call = browser.SendAsync(
            HttpMethod.Post, Path, new SlowBody("{}", () => end.Task),
            OAuthHost.Authorize(key));
        await arrival.Next.Task.WaitAsync(TestContext.Current.CancellationToken);
        for (var start = Stopwatch.GetTimestamp(); !call.IsCompleted && Stopwatch.GetElapsedTime(start) < _patience;)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        end.SetResult();
        using var response = await call;
        response.StatusCode.Should().Be(HttpStatusCode.RequestTimeout);
        (await response.CodeAsync()).Should().Be("request_timeout");
    }

    [Fact]
    public async Task Caller_WithoutTheRights_IsRefused()
    {
        await using var host = await OAuthHost.StartAsync();
        var reader = await host.NewKeyAsync("readers", ApiKeyTypes.Ci);
        var manager = await host.NewKeyAsync("managers", ApiKeyTypes.Ci, ApiKeyPermissions.KeysManage, "jobs:read");
        using var person = await host.SignInAsync();

        using var lacksManage = await host.CallAsync(HttpMethod.Post, Path, Body(), reader);
        using var lacksScope = await host.CallAsync(HttpMethod.Post, Path, Body(scopes: ["jobs:read", "jobs:write"]), manager);
        using var hasScope = await host.CallAsync(HttpMethod.Post, Path, Body(), manager);
        using var cookie = await person.PostAsync(Path);

        lacksManage.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        lacksScope.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        lacksScope.Header("WWW-Authenticate").Should().Be("Bearer error=\"insufficient_scope\", scope=\"jobs:write\"");
        (await lacksScope.TextAsync()).Should().Contain("this API key lacks jobs:write\"");
        hasScope.StatusCode.Should().Be(HttpStatusCode.Created);
        cookie.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Clients_OfAWorkspace_AreLimited()
    {
        await using var host = await OAuthHost.StartAsync();
        for (var i = 0; i < ClientEndpoints.MaxClients; i++)
        {
            using var created = await host.CallAsync(HttpMethod.Post, Path, Body(type: "public"));
            created.StatusCode.Should().Be(HttpStatusCode.Created);
        }

        using var refused = await host.CallAsync(HttpMethod.Post, Path, Body());

        refused.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await refused.CodeAsync()).Should().Be("conflict");
    }

    [Theory]
    [InlineData("not json", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("null", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("[]", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("{\"name\":\"a\",\"name\":\"b\"}", "application/json", HttpStatusCode.BadRequest)]
    [InlineData("name=x", "application/x-www-form-urlencoded", HttpStatusCode.UnsupportedMediaType)]
    public async Task Body_ThatCannotBeRead_GetsTheEnvelope(string body, string contentType, HttpStatusCode status)
    {
        await using var host = await OAuthHost.StartAsync();
        using var browser = host.Open();
        var key = await host.NewKeyAsync("acme");

        using var response = await browser.SendAsync(
            HttpMethod.Post, Path, new StringContent(body, Encoding.UTF8, contentType),
            request => request.Headers.Authorization = new("Bearer", key));

        response.StatusCode.Should().Be(status);
        (await response.CodeAsync()).Should().NotBeEmpty();
    }

    private static object Body(string type = "confidential", string?[]? redirectUris = null, string[]? scopes = null) => new
    {
        name = "Job Board",
        type,
        redirectUris = redirectUris ?? ["https://app.test/callback"],
        scopes = scopes ?? ["jobs:read"],
    };
}
