using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The common properties of all management responses.</summary>
public sealed class ManagementAnswerTests
{
    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/me")]
    [InlineData("GET", "/audit")]
    [InlineData("GET", "/usage")]
    [InlineData("GET", "/ip-allowlist")]
    [InlineData("GET", "/key_nobody's")]
    [InlineData("GET", "?limit=0")]
    [InlineData("POST", "")]
    [InlineData("DELETE", "/webhooks/x")]
    [InlineData("GET", "/key_x/nowhere")]
    [InlineData("GET", "/webhooks/x/y/z")]
    [InlineData("GET", "/revoke-all")]
    [InlineData("GET", "/key_x/rotate")]
    [InlineData("DELETE", "")]
    [InlineData("POST", "/usage")]
    [InlineData("BREW", "/me")]
    [InlineData("GET", "/catalog")]
    [InlineData("GET", "/find")]
    [InlineData("PATCH", "/catalog")]
    [InlineData("POST", "/find")]
    [InlineData("GET", "/ip-allowlist/test")]
    [InlineData("GET", "/key_x/endpoints")]
    public async Task Answers_OfEveryKind_AreStoredByNobody(string method, string path)
    {
        await using var api = await ManagementApi.StartAsync();

        foreach (var secret in new[] { api.Secret(), api.Secret("read"), api.UnknownSecret(), null })
        {
            using var response = await api.SendAsync(new HttpMethod(method), ManagementApi.Keys + path, secret);
            response.Header("Cache-Control").Should().Be("no-store", $"{response.StatusCode}");
            if (response.StatusCode != HttpStatusCode.OK)
            {
                (await response.JsonAsync()).GetProperty("error").GetProperty("status").GetInt32()
                    .Should().Be((int)response.StatusCode);
            }
        }
    }

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.Forbidden)]
    public async Task Answers_OfAKeyThatIsNotAdmitted_AreStoredByNobody(HttpStatusCode status)
    {
        await using var api = await ManagementApi.StartAsync();
        var (_, secret) = api.Issue(new CreateApiKeyRequest
        {
            Name = "x",
            Type = ApiKeyTypes.Production,
            AllowedNetworks = status == HttpStatusCode.Forbidden ? ["192.0.2.1"] : [],
            RateLimits = [new RateLimit(1, TimeSpan.FromHours(1))],
        });
        if (status == HttpStatusCode.ServiceUnavailable)
        {
            api.Store.BeforeRead = _ => throw new IOException("away");
        }

        foreach (var path in new[] { "/me", "", "/key_x" })
        {
            using var admitted = status == HttpStatusCode.TooManyRequests ? await api.GetAsync("/read", secret) : null;
            using var response = await api.GetAsync(ManagementApi.Keys + path, secret);

            response.StatusCode.Should().Be(status);
            response.Header("Cache-Control").Should().Be("no-store");
        }
    }

    [Fact]
    public async Task Methods_ThatAPathDoesNotHave_AreAnsweredWithThoseItHas()
    {
        await using var api = await ManagementApi.StartAsync();
        var endpoints = api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith(ManagementApi.Keys, StringComparison.Ordinal));
        var methods = endpoints.SelectMany(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [],
            (endpoint, method) => (
                Path: endpoint.RoutePattern.RawText!
                    .TrimEnd('/'), Method: method)).ToLookup(call => call.Path, call => call.Method);
        methods.Should().HaveCount(17);

        foreach (var path in methods)
        {
            using var response = await api.SendAsync(HttpMethod.Options, path.Key.Replace("{id}", "x"), api.Secret());

            response.StatusCode.Should().Be(HttpStatusCode.MethodNotAllowed, path.Key);
            response.Content.Headers.Allow.Should().BeEquivalentTo(path, path.Key);
            (await response.CodeAsync()).Should().Be("method_not_allowed");
        }
    }

    [Fact]
    public async Task Paths_ThatTheHostMapsItselfBelowManagement_AreItsOwn()
    {
        await using var api = await TestApi.StartAsync(app: app =>
        {
            app.MapHirePandaApiKeys(ManagementApi.Keys);
            app.MapGet(ManagementApi.Keys + "/{id}/mine", () => "mine");
            app.MapDelete(ManagementApi.Keys + "/{id}", () => "deleted");
            app.MapFallback(() => "page");
        });

        foreach (var (method, path, text) in new[] { ("GET", "/x/mine", "mine"), ("DELETE", "/x", "deleted") })
        {
            using var response = await api.SendAsync(new HttpMethod(method), ManagementApi.Keys + path);
            (await response.TextAsync()).Should().Be(text);
        }

        using var page = await api.GetAsync("/elsewhere");
        using var unknown = await api.GetAsync(ManagementApi.Keys + "/x/elsewhere");

        (await page.TextAsync()).Should().Be("page");
        (await unknown.CodeAsync()).Should().Be("not_found", "a page is not a valid response to a call");
    }

    [Theory]
    [InlineData("")]
    [InlineData("/me")]
    [InlineData("/usage")]
    [InlineData("/ip-allowlist")]
    [InlineData("/{id}")]
    [InlineData("/{id}/endpoints")]
    [InlineData("/catalog")]
    public async Task Head_WhereThereIsAGet_AnswersItsHeaders(string path)
    {
        await using var api = await ManagementApi.StartAsync();
        var (key, secret) = api.Issue();
        path = ManagementApi.Keys + path.Replace("{id}", key.Id);

        using var get = await api.GetAsync(path, secret);
        using var head = await api.SendAsync(HttpMethod.Head, path, secret);

        head.StatusCode.Should().Be(HttpStatusCode.OK);
        head.Header("ETag").Should().Be(get.Header("ETag"));
        (await head.TextAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("GET", "", 1)]
    [InlineData("GET", "/me", 1)]
    [InlineData("GET", "/usage", 5)]
    [InlineData("GET", "/audit", 5)]
    [InlineData("POST", "", 2)]
    [InlineData("PUT", "/ip-allowlist", 2)]
    [InlineData("POST", "/webhooks", 10)]
    [InlineData("POST", "/revoke-all", 10)]
    [InlineData("POST", "/find", 2)]
    [InlineData("POST", "/ip-allowlist/test", 1)]
    [InlineData("GET", "/catalog", 1)]
    [InlineData("GET", "/key_x/endpoints", 5)]
    public async Task Calls_ThatWriteOrReport_CostMore(string method, string path, int cost)
    {
        await using var api = await ManagementApi.StartAsync();

        using var response = await api.SendAsync(new HttpMethod(method), ManagementApi.Keys + path, api.Secret());

        response.Header("RateLimit").Should().StartWith($"\"default\";r={1000 - cost};");
    }

    [Fact]
    public async Task Patch_ManyAtOnceWithOnePrecondition_OneWinsAndTheOthersFailIt()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var id = (await api.CreateAsync(secret, new { name = "x", type = "ci" })).Text("id");
        using var all = new Barrier(2);
        api.Store.BeforeSave = change =>
        {
            if (change.Updated.Count > 0)
            {
                all.SignalAndWait(TimeSpan.FromSeconds(30)).Should().BeTrue("both have read the same version");
            }
        };

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 2).Select(i => Task.Run(() => api.PatchAsync(id, secret, new { name = $"{i}" }, "\"1\""))));

        answers.Select(answer => answer.StatusCode)
            .Should().BeEquivalentTo([HttpStatusCode.OK, HttpStatusCode.PreconditionFailed]);
    }

    [Fact]
    public async Task Errors_ThatNameAPlus_KeepItReadable()
    {
        await using var api = await ManagementApi.StartAsync();

        using var response = await api.PostAsync("", api.Secret(), """{"name":"x","type":"ci","c++":1}""");

        (await response.TextAsync()).Should().Contain("\"c++\"");
    }
}
