using System.Net;
using System.Net.Http.Json;
using HirePanda.Api;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Signing in to the sample and out.</summary>
public sealed class LoginTests
{
    private const string Email = "keeper@hirepanda.test";

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task SignIn_RightPassword_ContinuesWithASession(string provider)
    {
        await using var host = await SampleHost.StartAsync(await SampleDatabase.NewAsync(provider));
        await host.AddAsync(Email, "acme");
        using var browser = host.Open();

        using var response = await browser.SignInAsync("Keeper@HirePanda.test", SampleHost.Password);
        using var start = await browser.GetAsync("/");

        response.StatusCode.Should().Be(HttpStatusCode.SeeOther);
        response.Header("Location").Should().Be("/dashboard");
        response.Header("Set-Cookie").Should().Contain("httponly").And.Contain("samesite=lax").And.NotContain("expires");
        (await start.TextAsync()).Should().Contain(Email).And.Contain("Sign out").And.NotContain("Sign in");
    }

    [Theory]
    [InlineData(Email, "wrong")]
    [InlineData(Email, "")]
    [InlineData("nobody@hirepanda.test", SampleHost.Password)]
    [InlineData("", "")]
    public async Task SignIn_WrongPasswordOrUnknownAccount_ShowsTheSameErrorAndNoPassword(string email, string password)
    {
        await using var host = await SampleHost.StartAsync();
        await host.AddAsync(Email, "acme");
        using var browser = host.Open();

        using var response = await browser.SignInAsync(email, password);

        response.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        var page = await response.TextAsync();
        page.Should().Contain("<title>Error: Sign in").And.Contain("The email or the password is wrong.")
            .And.NotContain(SampleHost.Password);
        browser.IsSignedIn.Should().BeFalse();
    }

    [Fact]
    public async Task SignIn_EmailThatPostgresCannotStore_IsUnknown()
    {
        await using var host = await SampleHost.StartAsync(await SampleDatabase.NewAsync("postgres"));
        using var browser = host.Open();
        using var page = await browser.GetAsync("/login");
        using var form = new MultipartFormDataContent
        {
            { new StringContent(await Browser.TokenAsync(page)), "__RequestVerificationToken" },
            { new StringContent("nobody\0@hirepanda.test"), "email" },
            { new StringContent(SampleHost.Password), "password" },
        };

        using var response = await browser.SendAsync(HttpMethod.Post, "/login", form);

        response.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task SignIn_AfterAnError_KeepsTheEmailAndTheReturnUrlEncoded()
    {
        await using var host = await SampleHost.StartAsync();
        using var browser = host.Open();

        using var response = await browser.SignInAsync("\"><b>@x.test", "wrong", "/dashboard/keys?a=1&b=\"><b>");
        using var login = await browser.GetAsync("/login?returnUrl=%2Fdashboard%2Fkeys%3Fa%3D1%26b%3D%22%3E%3Cb%3E");

        (await response.TextAsync()).Should().NotContain("<b>").And.Contain("&quot;&gt;&lt;b&gt;@x.test");
        (await Browser.FieldAsync(response, "returnUrl")).Should().Be("/dashboard/keys?a=1&b=\"><b>");
        (await login.TextAsync()).Should().NotContain("<b>");
    }

    [Fact]
    public async Task SignIn_FiveWrongPasswords_LockTheAccountAlsoForTheRightOne()
    {
        await using var host = await SampleHost.StartAsync();
        await host.AddAsync(Email, "acme");
        await host.AddAsync("other@hirepanda.test", "acme");
        using var browser = host.Open();
        for (var i = 0; i < 5; i++)
        {
            using var wrong = await browser.SignInAsync(Email, "wrong");
        }

        using var locked = await browser.SignInAsync(Email, SampleHost.Password);
        var isSignedInWhileLocked = browser.IsSignedIn;
        using var other = await browser.SignInAsync("other@hirepanda.test", SampleHost.Password);
        await EndLockAsync(host);
        using var unlocked = await browser.SignInAsync(Email, SampleHost.Password);

        locked.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        isSignedInWhileLocked.Should().BeFalse();
        (await locked.TextAsync()).Should().Contain("locked for five minutes");
        other.StatusCode.Should().Be(HttpStatusCode.SeeOther);
        unlocked.StatusCode.Should().Be(HttpStatusCode.SeeOther);
    }

    [Theory]
    [InlineData("/dashboard/keys?type=ci", "/dashboard/keys?type=ci")]
    [InlineData("https://evil.example/", "/dashboard")]
    [InlineData("//evil.example", "/dashboard")]
    [InlineData("/\\evil.example", "/dashboard")]
    [InlineData("\\\\evil.example", "/dashboard")]
    [InlineData("/\t/evil.example", "/dashboard")]
    [InlineData("/\r\nLocation: https://evil.example", "/dashboard")]
    [InlineData("javascript:alert(1)", "/dashboard")]
    [InlineData("~//evil.example", "/dashboard")]
    [InlineData("evil.example", "/dashboard")]
    [InlineData("/\u00fc", "/dashboard")]
    [InlineData("", "/dashboard")]
    public async Task SignIn_ReturnUrl_IsFollowedOnlyOnThisSite(string returnUrl, string location)
    {
        await using var host = await SampleHost.StartAsync();
        await host.AddAsync(Email, "acme");
        using var browser = host.Open();
        using var page = await browser.GetAsync($"/login?returnUrl={Uri.EscapeDataString(returnUrl)}");

        using var response = await browser.PostAsync(
            "/login",
            ("__RequestVerificationToken", await Browser.TokenAsync(page)),
            ("returnUrl", returnUrl),
            ("email", Email),
            ("password", SampleHost.Password));

        (await Browser.FieldAsync(page, "returnUrl")).Should().Be(location);
        response.StatusCode.Should().Be(HttpStatusCode.SeeOther);
        response.Header("Location").Should().Be(location);
    }

    [Fact]
    public async Task SignIn_WithoutTheTokenOfThisBrowser_IsRefusedWithAPage()
    {
        await using var host = await SampleHost.StartAsync();
        await host.AddAsync(Email, "acme");
        using var browser = host.Open();
        using var stranger = host.Open();
        using var page = await browser.GetAsync("/login");
        using var strangersPage = await stranger.GetAsync("/login");
        (string, string)[] fields = [("email", Email), ("password", SampleHost.Password)];

        using var missing = await browser.PostAsync("/login", fields);
        using var forged = await browser.PostAsync("/login", [("__RequestVerificationToken", "forged"), .. fields]);
        using var foreign = await browser.PostAsync(
            "/login", [("__RequestVerificationToken", await Browser.TokenAsync(strangersPage)), .. fields]);
        using var json = await browser.SendAsync(HttpMethod.Post, "/login", JsonContent.Create(new { email = Email }));

        foreach (var response in new[] { missing, forged, foreign, json })
        {
            response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
            (await response.TextAsync()).Should().Contain("This form is out of date");
        }

        browser.IsSignedIn.Should().BeFalse();
    }

    [Fact]
    public async Task SignOut_EndsTheSession_ButOnlyWithTheTokenOfTheForm()
    {
        await using var host = await SampleHost.StartAsync();
        using var browser = await host.SignInAsync(Email, "acme");
        using var start = await browser.GetAsync("/");

        using var link = await browser.GetAsync("/logout");
        using var forged = await browser.PostAsync("/logout");
        var isStillSignedIn = browser.IsSignedIn;
        using var response = await browser.PostAsync(
            "/logout", ("__RequestVerificationToken", await Browser.TokenAsync(start)));

        link.StatusCode.Should().Be(HttpStatusCode.MethodNotAllowed);
        forged.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        isStillSignedIn.Should().BeTrue();
        response.StatusCode.Should().Be(HttpStatusCode.SeeOther);
        response.Header("Location").Should().Be("/");
        browser.IsSignedIn.Should().BeFalse();
    }

    private static async Task EndLockAsync(SampleHost host)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        var account = await accounts.FindByEmailAsync(Email);
        account!.LockoutEnd.Should().BeCloseTo(DateTimeOffset.UtcNow.AddMinutes(5), TimeSpan.FromMinutes(1));
        await accounts.SetLockoutEndDateAsync(account, DateTimeOffset.UtcNow.AddSeconds(-1));
    }
}
