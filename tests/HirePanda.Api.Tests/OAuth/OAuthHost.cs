using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.Api.Tests;

/// <summary>The sample with a key that manages clients, and the steps that an app and a person take.</summary>
internal sealed partial class OAuthHost : IAsyncDisposable
{
    public const string Redirect = "https://app.test/callback?from=hirepanda";
    public const string Email = "keeper@hirepanda.test";
    public const string Scope = "openid offline_access jobs:read jobs:write";

    private const string Verifier = "a-verifier-of-the-tests-that-is-long-enough-0123456789";

    private readonly SampleHost _sample;
    private string? _key;

    private OAuthHost(SampleHost sample) => _sample = sample;

    public static string Challenge { get; } = WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));

    public IServiceProvider Services => _sample.Services;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<OAuthHost> StartAsync(
        (string Name, string Value)? database = null,
        Action<IServiceCollection>? services = null,
        params IEnumerable<(string Name, string Value)> settings)
        => new(await SampleHost.StartAsync(database, services, settings));

    public Browser Open() => _sample.Open();

    public HttpMessageHandler CreateHandler() => _sample.CreateHandler();

    public Task<Browser> SignInAsync(string email = Email, string workspace = "acme") => _sample.SignInAsync(email, workspace);

    public Task AddAsync(string email) => _sample.AddAsync(email, "acme");

    /// <summary>Creates the first key of a workspace, which has no limit in practice. Returns its secret.</summary>
    public async Task<string> NewKeyAsync(string workspace, string type = ApiKeyTypes.Production, params string[] permissions)
    {
        await using var scope = Services.CreateAsyncScope();
        var manager = scope.ServiceProvider.GetRequiredService<ApiKeyManager>();
        var request = new CreateApiKeyRequest
        {
            Name = "First",
            Type = type,
            Permissions = permissions is [] ? null : permissions,
            RateLimits = [new RateLimit(RateLimit.MaxPermits, TimeSpan.FromSeconds(1))],
        };
        return (await manager.CreateFirstAsync(workspace, request, Token))!.Secret;
    }

    /// <summary>Calls the API with a key.</summary>
    public async Task<HttpResponseMessage> CallAsync(HttpMethod method, string path, object? body = null, string? key = null)
    {
        using var browser = Open();
        key ??= _key ??= await NewKeyAsync("acme");
        return await browser.SendAsync(
            method, path, body is null ? null : JsonContent.Create(body),
            Authorize(key));
    }

    /// <summary>Sends a request with a key or an access token.</summary>
    public static Action<HttpRequestMessage> Authorize(string token)
        => request => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);

    public async Task<App> RegisterAsync(string type = "confidential", string scopes = Scope)
    {
        using var response = await CallAsync(
            HttpMethod.Post, "/api/v1/oauth/clients",
            new { name = "Job <Board>", type, redirectUris = new[] { Redirect }, scopes = scopes.Split(' ') });
        response.StatusCode.Should().Be(HttpStatusCode.Created, await response.TextAsync());
        var json = await response.JsonAsync();
        return new(
            json.GetProperty("clientId").GetString()!,
            json.TryGetProperty("clientSecret", out var secret) ? secret.GetString() : null);
    }

    /// <summary>Gets the address of a request for authorization. A change with a null value removes the parameter.</summary>
    public static string AuthorizeUrl(App app, string scope = Scope, params (string Name, string? Value)[] changes)
    {
        var parameters = new Dictionary<string, string?>
        {
            ["client_id"] = app.Id,
            ["redirect_uri"] = Redirect,
            ["response_type"] = "code",
            ["scope"] = scope,
            ["state"] = "a state; with \"signs\"",
            ["code_challenge"] = Challenge,
            ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in changes)
        {
            parameters[name] = value;
        }

        return QueryHelpers.AddQueryString("/connect/authorize", parameters.Where(parameter => parameter.Value is not null));
    }

    /// <summary>Posts the consent form with its fields, and with some of them changed.</summary>
    public static async Task<HttpResponseMessage> DecideAsync(
        Browser browser, HttpResponseMessage page, string decision, params (string Name, string Value)[] changes)
    {
        var html = await page.TextAsync();
        var form = html[html.IndexOf("action=\"/connect/authorize\"", StringComparison.Ordinal)..];
        var fields = HiddenField().Matches(form).ToDictionary(
            field => field.Groups["name"].Value, field => WebUtility.HtmlDecode(field.Groups["value"].Value));
        fields["decision"] = decision;
        foreach (var (name, value) in changes)
        {
            fields[name] = value;
        }

        return await browser.PostAsync("/connect/authorize", [.. fields.Select(field => (field.Key, field.Value))]);
    }

    /// <summary>Lets a signed-in person allow an app, and returns the code.</summary>
    public static async Task<string> AllowAsync(Browser browser, App app, string scope = Scope)
    {
        using var page = await browser.GetAsync(AuthorizeUrl(app, scope));
        using var response = page.StatusCode == HttpStatusCode.OK ? await DecideAsync(browser, page, "allow") : page;
        return Answer(response)["code"];
    }

    /// <summary>Gets the parameters with which the browser returns to the app.</summary>
    public static Dictionary<string, string> Answer(HttpResponseMessage response)
    {
        var location = response.Header("Location");
        location.Should().StartWith(Redirect);
        return QueryHelpers.ParseQuery(new Uri(location!).Query).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
    }

    /// <summary>Calls an endpoint as the app.</summary>
    public async Task<HttpResponseMessage> PostAsync(App app, string endpoint, params (string Name, string Value)[] fields)
    {
        using var browser = Open();
        return await browser.PostAsync($"/connect/{endpoint}", [.. fields, .. app.Credentials]);
    }

    public Task<HttpResponseMessage> RedeemAsync(App app, string code, string verifier = Verifier)
        => PostAsync(
            app, "token", ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", Redirect),
            ("code_verifier", verifier));

    public Task<HttpResponseMessage> RefreshAsync(App app, string token)
        => PostAsync(app, "token", ("grant_type", "refresh_token"), ("refresh_token", token));

    public async Task<bool> IsActiveAsync(App app, string token)
    {
        using var response = await PostAsync(app, "introspect", ("token", token));
        return (await response.JsonAsync()).GetProperty("active").GetBoolean();
    }

    /// <summary>Goes from a signed-in person to tokens.</summary>
    public async Task<Tokens> GetTokensAsync(Browser browser, App app, string scope = Scope)
        => await Tokens.ReadAsync(await RedeemAsync(app, await AllowAsync(browser, app, scope)));

    /// <summary>Ends a token: the person withdraws the access, the app revokes the token, or an admin deletes the app.</summary>
    public async Task EndAsync(Browser browser, App app, Tokens tokens, string how)
    {
        if (how == "withdraw")
        {
            using var page = await browser.GetAsync("/authorized-apps");
            using var answer = await browser.PostAsync(
                "/authorized-apps",
                ("__RequestVerificationToken", await Browser.TokenAsync(page)),
                ("app", await Browser.FieldAsync(page, "app")));
            answer.StatusCode.Should().Be(HttpStatusCode.SeeOther);
        }
        else
        {
            using var answer = how == "revoke"
                ? await PostAsync(app, "revoke", ("token", tokens.Access))
                : await CallAsync(HttpMethod.Delete, $"/api/v1/oauth/clients/{app.Id}");
            answer.IsSuccessStatusCode.Should().BeTrue();
        }
    }

    /// <summary>Calls the API with an access token.</summary>
    public async Task<HttpStatusCode> ReadJobsAsync(Tokens tokens)
    {
        using var response = await CallAsync(HttpMethod.Get, "/api/v1/jobs", key: tokens.Access);
        return response.StatusCode;
    }

    public ValueTask DisposeAsync() => _sample.DisposeAsync();

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]*)\" value=\"(?<value>[^\"]*)\"")]
    private static partial Regex HiddenField();
}

/// <summary>A registered app.</summary>
internal sealed record App(string Id, string? Secret)
{
    public IEnumerable<(string Name, string Value)> Credentials
        => Secret is null ? [("client_id", Id)] : [("client_id", Id), ("client_secret", Secret)];
}

/// <summary>The tokens in a response.</summary>
internal sealed record Tokens(string Access, string Refresh, JsonElement Json)
{
    public static async Task<Tokens> ReadAsync(HttpResponseMessage response)
    {
        response.StatusCode.Should().Be(HttpStatusCode.OK, await response.TextAsync());
        var json = await response.JsonAsync();
        return new(json.GetProperty("access_token").GetString()!, json.GetProperty("refresh_token").GetString()!, json);
    }
}
