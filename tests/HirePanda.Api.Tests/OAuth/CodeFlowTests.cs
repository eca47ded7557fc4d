using System.Net;

namespace HirePanda.Api.Tests;

/// <summary>From the app's link to its tokens.</summary>
public sealed class CodeFlowTests
{
    [Theory]
    [InlineData("confidential")]
    [InlineData("public")]
    public async Task Flow_WithLoginAndConsent_GivesTokens(string type)
    {
        await using var host = await OAuthHost.StartAsync();
        var app = await host.RegisterAsync(type);
        await host.AddAsync(OAuthHost.Email);
        using var browser = host.Open();
        var url = OAuthHost.AuthorizeUrl(app);

        using var toLogin = await browser.GetAsync(url);
        using var login = await browser.GetAsync(toLogin.Header("Location")!);
        var returnUrl = await Browser.FieldAsync(login, "returnUrl");
        using var signedIn = await browser.SignInAsync(OAuthHost.Email, SampleHost.Password, returnUrl);
        using var consent = await browser.GetAsync(signedIn.Header("Location")!);
        using var allowed = await OAuthHost.DecideAsync(browser, consent, "allow");
        var answer = OAuthHost.Answer(allowed);
        var tokens = await Tokens.ReadAsync(await host.RedeemAsync(app, answer["code"]));
        var refreshed = await Tokens.ReadAsync(await host.RefreshAsync(app, tokens.Refresh));

        toLogin.StatusCode.Should().Be(HttpStatusCode.SeeOther);
        (await consent.TextAsync()).Should().Contain("Allow Job &lt;Board&gt;?").And.Contain("See jobs")
            .And.Contain("Create and change jobs").And.Contain(">Allow</button>").And.Contain(">Deny</button>")
            .And.NotContain("<script").And.NotContain("style=");
        answer["state"].Should().Be("a state; with \"signs\"");
        tokens.Json.GetProperty("expires_in").GetInt32().Should().BeInRange(3590, 3600);
        tokens.Json.GetProperty("id_token").GetString().Should().NotBeEmpty();
        refreshed.Refresh.Should().NotBe(tokens.Refresh);
    }

    [Fact]
    public async Task Consent_IsRememberedForTheSameScopesAndAskedAgainForMore()
    {
        await using var host = await OAuthHost.StartAsync();
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        await OAuthHost.AllowAsync(browser, app, "jobs:read");

        using var same = await browser.GetAsync(OAuthHost.AuthorizeUrl(app, "jobs:read"));
        using var more = await browser.GetAsync(OAuthHost.AuthorizeUrl(app, "jobs:read jobs:write"));
        using var asked = await browser.GetAsync(OAuthHost.AuthorizeUrl(app, "jobs:read", ("prompt", "consent")));
        using var silent = await browser.GetAsync(OAuthHost.AuthorizeUrl(app, "jobs:write", ("prompt", "none")));

        OAuthHost.Answer(same).Should().ContainKey("code");
        more.StatusCode.Should().Be(HttpStatusCode.OK);
        asked.StatusCode.Should().Be(HttpStatusCode.OK);
        OAuthHost.Answer(silent)["error"].Should().Be("consent_required");
    }

    [Fact]
    public async Task Prompt_Login_AsksForThePasswordOnce()
    {
        await using var host = await OAuthHost.StartAsync();
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        using var stranger = host.Open();

        using var again = await browser.GetAsync(OAuthHost.AuthorizeUrl(app, changes: [("prompt", "login"), ("max_age", "0")]));
        using var login = await browser.GetAsync(again.Header("Location")!);
        using var next = await browser.GetAsync(await Browser.FieldAsync(login, "returnUrl"));
        using var silent = await stranger.GetAsync(OAuthHost.AuthorizeUrl(app, changes: ("prompt", "none")));

        again.Header("Location").Should().StartWith("/login?");
        next.StatusCode.Should().Be(HttpStatusCode.OK);
        OAuthHost.Answer(silent)["error"].Should().Be("login_required");
    }

    [Fact]
    public async Task Deny_TellsTheApp()
    {
        await using var host = await OAuthHost.StartAsync();
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        using var page = await browser.GetAsync(OAuthHost.AuthorizeUrl(app));

        using var denied = await OAuthHost.DecideAsync(browser, page, "deny");
        using var again = await browser.GetAsync(OAuthHost.AuthorizeUrl(app));

        OAuthHost.Answer(denied).Should().Contain("error", "access_denied").And.ContainKey("state").And.NotContainKey("code");
        again.StatusCode.Should().Be(HttpStatusCode.OK, "denying is not remembered");
    }

    [Theory]
    [InlineData("code_challenge", null)]
    [InlineData("code_challenge_method", "plain")]
    [InlineData("code_challenge_method", null)]
    [InlineData("response_mode", "form_post")]
    [InlineData("response_mode", "fragment")]
    [InlineData("response_type", "token")]
    [InlineData("scope", "jobs:read nonsense")]
    [InlineData("scope", "jobs:read team:manage")]
    public async Task Request_ThatIsNotAllowed_ShowsAPageAndDoesNotRedirect(string name, string? value)
    {
        await using var host = await OAuthHost.StartAsync();
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();

        using var response = await browser.GetAsync(OAuthHost.AuthorizeUrl(app, changes: (name, value)));

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        response.Header("Location").Should().BeNull();
    }

    [Theory]
    [InlineData("redirect_uri", "https://evil.test/callback")]
    [InlineData("redirect_uri", "https://app.test/callback")]
    [InlineData("redirect_uri", "https://app.test/callback?from=hirepanda&more=1")]
    [InlineData("redirect_uri", null)]
    [InlineData("client_id", "app_unknown")]
    [InlineData("client_id", null)]
    public async Task Request_WithoutARegisteredRedirectAddress_ShowsAPageAndDoesNotRedirect(string name, string? value)
    {
        await using var host = await OAuthHost.StartAsync();
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();

        using var response = await browser.GetAsync(OAuthHost.AuthorizeUrl(app, "jobs:read", (name, value)));

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        response.Header("Location").Should().BeNull();
        response.Header("Content-Security-Policy").Should().Contain("form-action 'self';");
        (await response.TextAsync()).Should().Contain("not valid");
    }

    [Theory]
    [InlineData("scope", "jobs:read jobs:write")]
    [InlineData("scope", "admin")]
    [InlineData("state", "another")]
    [InlineData("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")]
    [InlineData("ticket", "forged")]
    [InlineData("ticket", "")]
    [InlineData("__RequestVerificationToken", "forged")]
    public async Task ConsentForm_ThatWasTamperedWith_GivesNoCode(string name, string value)
    {
        await using var host = await OAuthHost.StartAsync();
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        using var page = await browser.GetAsync(OAuthHost.AuthorizeUrl(app, "jobs:read"));

        using var response = await OAuthHost.DecideAsync(browser, page, "allow", (name, value));
        using var next = await browser.GetAsync(OAuthHost.AuthorizeUrl(app, "jobs:read"));

        (response.Header("Location") ?? "").Should().NotContain("code=");
        next.StatusCode.Should().Be(HttpStatusCode.OK, "nothing was allowed");
    }

    [Fact]
    public async Task ConsentForm_OfAnotherPersonOrApp_IsRefused()
    {
        await using var host = await OAuthHost.StartAsync();
        var app = await host.RegisterAsync();
        var other = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        using var stranger = await host.SignInAsync("stranger@hirepanda.test");
        using var page = await browser.GetAsync(OAuthHost.AuthorizeUrl(app, "jobs:read"));

        using var foreign = await OAuthHost.DecideAsync(stranger, page, "allow");
        using var swapped = await OAuthHost.DecideAsync(browser, page, "allow", ("client_id", other.Id));

        foreign.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        swapped.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Pages_LetFormsLeadOnlyToTheAppOfTheRequest()
    {
        await using var host = await OAuthHost.StartAsync();
        var app = await host.RegisterAsync();
        using var person = await host.SignInAsync();
        using var anonymous = host.Open();
        var url = OAuthHost.AuthorizeUrl(app);
        var evil = OAuthHost.AuthorizeUrl(app, changes: ("redirect_uri", "https://evil.test/"));

        using var consent = await person.GetAsync(url);
        using var login = await anonymous.GetAsync("/login?returnUrl=" + Uri.EscapeDataString(url));
        using var wrong = await anonymous.SignInAsync(OAuthHost.Email, "wrong", url);
        using var forged = await anonymous.GetAsync("/login?returnUrl=" + Uri.EscapeDataString(evil));
        using var plain = await anonymous.GetAsync("/login");

        foreach (var page in new[] { consent, login, wrong })
        {
            page.Header("Content-Security-Policy").Should().Contain("form-action 'self' https://app.test;");
            page.Header("Cache-Control").Should().Be("no-store");
        }

        forged.Header("Content-Security-Policy").Should().Contain("form-action 'self';");
        plain.Header("Content-Security-Policy").Should().Contain("form-action 'self';");
    }

    [Fact]
    public async Task Http_IsAllowedOnTheOwnMachineOnly()
    {
        await using var host = await OAuthHost.StartAsync();
        using var browser = host.Open();

        using var remote = await browser.SendAsync(
            HttpMethod.Get, "/.well-known/openid-configuration", change: request => request.Headers.Host = "api.test");
        using var secure = await browser.GetAsync("https://api.test/.well-known/openid-configuration");

        remote.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await secure.JsonAsync()).GetProperty("issuer").GetString().Should().Be("https://api.test/");
    }

    [Fact]
    public async Task Issuer_CanBeSet()
    {
        await using var host = await OAuthHost.StartAsync(settings: ("OAuth:Issuer", "https://issuer.test/"));
        using var browser = host.Open();

        using var response = await browser.GetAsync("/.well-known/openid-configuration");

        (await response.JsonAsync()).GetProperty("issuer").GetString().Should().Be("https://issuer.test/");
    }

    [Fact]
    public async Task Discovery_OffersWhatTheServerDoes()
    {
        await using var host = await OAuthHost.StartAsync();
        using var browser = host.Open();

        using var response = await browser.GetAsync("/.well-known/openid-configuration");
        var json = await response.JsonAsync();

        List("code_challenge_methods_supported").Should().Equal("S256");
        List("response_modes_supported").Should().Equal("query");
        List("response_types_supported").Should().Equal("code");
        List("grant_types_supported").Should().BeEquivalentTo("authorization_code", "refresh_token");
        List("scopes_supported").Should().Contain(["openid", "offline_access", "read", "admin", "jobs:read", "keys:manage"]);
        json.GetProperty("issuer").GetString().Should().Be("http://localhost/");
        using var keys = await browser.GetAsync(json.GetProperty("jwks_uri").GetString()!);
        (await keys.JsonAsync()).GetProperty("keys").GetArrayLength().Should().Be(1);

        IEnumerable<string?> List(string name) => json.GetProperty(name).EnumerateArray().Select(item => item.GetString());
    }
}
