using System.Data.Common;
using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.Api.Tests;

/// <summary>How tokens end.</summary>
public sealed class TokenTests
{
    [Fact]
    public async Task Code_UsedTwice_EndsItsTokens()
    {
        await using var host = await OAuthHost.StartAsync();
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        var code = await OAuthHost.AllowAsync(browser, app);
        var tokens = await Tokens.ReadAsync(await host.RedeemAsync(app, code));
        var before = await host.IsActiveAsync(app, tokens.Access);

        using var replayed = await host.RedeemAsync(app, code);
        using var refreshed = await host.RefreshAsync(app, tokens.Refresh);

        before.Should().BeTrue();
        (await ErrorAsync(replayed)).Should().Be("invalid_grant");
        (await ErrorAsync(refreshed)).Should().Be("invalid_grant");
        (await host.IsActiveAsync(app, tokens.Access)).Should().BeFalse();
    }

    [Fact]
    public async Task Code_WithAnotherVerifierOrOfAnotherApp_IsRefused()
    {
        await using var host = await OAuthHost.StartAsync();
        var app = await host.RegisterAsync();
        var other = await host.RegisterAsync();
        using var browser = await host.SignInAsync();

        using var wrong = await host.RedeemAsync(app, await OAuthHost.AllowAsync(browser, app), OAuthHost.Challenge);
        using var foreign = await host.RedeemAsync(other, await OAuthHost.AllowAsync(browser, app));
        using var secret = await host.RedeemAsync(app with { Secret = "wrong" }, await OAuthHost.AllowAsync(browser, app));

        (await ErrorAsync(wrong)).Should().Be("invalid_grant");
        (await ErrorAsync(foreign)).Should().Be("invalid_grant");
        (await ErrorAsync(secret)).Should().Be("invalid_client");
    }

    [Fact]
    public async Task RefreshToken_UsedTwice_EndsTheFamily()
    {
        await using var host = await OAuthHost.StartAsync();
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        var first = await host.GetTokensAsync(browser, app);
        var second = await Tokens.ReadAsync(await host.RefreshAsync(app, first.Refresh));

        using var replayed = await host.RefreshAsync(app, first.Refresh);
        using var next = await host.RefreshAsync(app, second.Refresh);

        (await ErrorAsync(replayed)).Should().Be("invalid_grant");
        (await ErrorAsync(next)).Should().Be("invalid_grant");
        (await host.IsActiveAsync(app, second.Access)).Should().BeFalse();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RefreshToken_UsedTwiceAtOnce_EndsTheFamily(bool isFirstSlow)
    {
        var race = new Race(isFirstSlow);
        await using var host = await OAuthHost.StartAsync(services: race.AddTo);
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        var tokens = await host.GetTokensAsync(browser, app);

        race.Start();
        var answers = new List<HttpResponseMessage>();
        await foreach (var answer in Task.WhenEach(
            host.RefreshAsync(app, tokens.Refresh), host.RefreshAsync(app, tokens.Refresh)))
        {
            answers.Add(await answer);
            race.Finish();
        }

        answers.Should().Contain(answer => answer.StatusCode == HttpStatusCode.BadRequest);
        foreach (var answer in answers.Where(answer => answer.IsSuccessStatusCode))
        {
            var issued = await Tokens.ReadAsync(answer);
            (await ErrorAsync(await host.RefreshAsync(app, issued.Refresh))).Should().Be("invalid_grant");
            (await host.IsActiveAsync(app, issued.Access)).Should().BeFalse();
        }

        (await host.IsActiveAsync(app, tokens.Access)).Should().BeFalse();
    }

    [Fact]
    public async Task RefreshToken_RevokedBetweenItsCheckAndItsRedemption_IsRefused()
    {
        Func<Task>? between = null;
        await using var host = await OAuthHost.StartAsync(
            services: all => Race.BeforeRedemption(all, () => between?.Invoke() ?? Task.CompletedTask));
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        var first = await host.GetTokensAsync(browser, app);
        var second = await Tokens.ReadAsync(await host.RefreshAsync(app, first.Refresh));

        between = async () =>
        {
            between = null;
            (await ErrorAsync(await host.RefreshAsync(app, first.Refresh))).Should().Be("invalid_grant");
        };

        (await ErrorAsync(await host.RefreshAsync(app, second.Refresh))).Should().Be("invalid_grant");
    }

    [Fact]
    public async Task RefreshToken_ThatCannotBeRedeemedAtTheMoment_StaysValid()
    {
        var failure = new FailingUpdates();
        await using var host = await OAuthHost.StartAsync(
            services: all => all.ConfigureDbContext<AccountsDbContext>(db => db.AddInterceptors(failure)));
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        var tokens = await host.GetTokensAsync(browser, app);

        failure.Next = true;
        using var failed = await host.RefreshAsync(app, tokens.Refresh);
        var refreshed = await Tokens.ReadAsync(await host.RefreshAsync(app, tokens.Refresh));

        failed.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await host.IsActiveAsync(app, refreshed.Access)).Should().BeTrue();
    }

    [Fact]
    public async Task Key_WhereATokenIsMeant_IsNoToken()
    {
        await using var host = await OAuthHost.StartAsync();
        var app = await host.RegisterAsync();
        var key = await host.NewKeyAsync("others");

        using var revoked = await host.PostAsync(app, "revoke", ("token", key));
        using var refreshed = await host.RefreshAsync(app, key);
        using var redeemed = await host.RedeemAsync(app, key);
        using var call = await host.CallAsync(HttpMethod.Get, "/api/v1/jobs", key: key);

        (await host.IsActiveAsync(app, key)).Should().BeFalse();
        revoked.StatusCode.Should().Be(HttpStatusCode.OK);
        (await ErrorAsync(refreshed)).Should().Be("invalid_grant");
        (await ErrorAsync(redeemed)).Should().Be("invalid_grant");
        call.StatusCode.Should().Be(HttpStatusCode.OK, "revoking a token does not touch keys");
    }

    [Fact]
    public async Task Token_OfADeletedApp_IsNotKnownToOtherApps()
    {
        await using var host = await OAuthHost.StartAsync();
        var (app, other) = (await host.RegisterAsync(), await host.RegisterAsync());
        using var browser = await host.SignInAsync();
        var tokens = await host.GetTokensAsync(browser, app);
        await host.EndAsync(browser, app, tokens, "delete");

        using var revoked = await host.PostAsync(other, "revoke", ("token", tokens.Access));
        using var refreshed = await host.RefreshAsync(other, tokens.Refresh);

        (await host.IsActiveAsync(other, tokens.Access)).Should().BeFalse();
        revoked.StatusCode.Should().Be(HttpStatusCode.OK);
        (await ErrorAsync(refreshed)).Should().Be("invalid_grant");
    }

    [Fact]
    public async Task RefreshToken_UsedTwiceWithinTheLeeway_IsAccepted()
    {
        await using var host = await OAuthHost.StartAsync(
            settings: [("OAuth:RefreshTokenReuseLeeway", "00:01:00"), ("OAuth:AccessTokenLifetime", "00:00:30")]);
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        var first = await host.GetTokensAsync(browser, app);
        await Tokens.ReadAsync(await host.RefreshAsync(app, first.Refresh));

        var again = await Tokens.ReadAsync(await host.RefreshAsync(app, first.Refresh));

        again.Json.GetProperty("expires_in").GetInt32().Should().BeLessThanOrEqualTo(30);
    }

    [Fact]
    public async Task Revocation_OfTheRefreshToken_EndsTheAccessToken()
    {
        await using var host = await OAuthHost.StartAsync();
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        var tokens = await host.GetTokensAsync(browser, app);

        using var revoked = await host.PostAsync(app, "revoke", ("token", tokens.Refresh));
        using var refreshed = await host.RefreshAsync(app, tokens.Refresh);

        revoked.StatusCode.Should().Be(HttpStatusCode.OK);
        (await ErrorAsync(refreshed)).Should().Be("invalid_grant");
        (await host.IsActiveAsync(app, tokens.Access)).Should().BeFalse();
    }

    [Fact]
    public async Task Withdrawal_EndsAllTokensAndAsksForConsentAgain()
    {
        await using var host = await OAuthHost.StartAsync();
        var app = await host.RegisterAsync();
        var kept = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        var tokens = await host.GetTokensAsync(browser, app);
        var others = await host.GetTokensAsync(browser, kept, "offline_access jobs:read");
        using var page = await browser.GetAsync("/authorized-apps");
        var form = await Browser.FieldAsync(page, "app");
        var chosen = (await host.IsActiveAsync(app, tokens.Access), await host.IsActiveAsync(kept, others.Access));

        using var forged = await browser.PostAsync("/authorized-apps", ("app", form));
        using var withdrawn = await browser.PostAsync(
            "/authorized-apps", ("__RequestVerificationToken", await Browser.TokenAsync(page)), ("app", form));

        chosen.Should().Be((true, true));
        (await page.TextAsync()).Should().Contain("<h1>Authorized apps</h1>").And.Contain(">Withdraw</button>");
        forged.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        withdrawn.StatusCode.Should().Be(HttpStatusCode.SeeOther);
        bool[] active = [await host.IsActiveAsync(app, tokens.Access), await host.IsActiveAsync(kept, others.Access)];
        active.Should().BeEquivalentTo([true, false], "the app of the first row ended, and the other did not");
        var (ended, refresh) = active[0] ? (kept, others.Refresh) : (app, tokens.Refresh);
        (await ErrorAsync(await host.RefreshAsync(ended, refresh))).Should().Be("invalid_grant");
        using var asked = await browser.GetAsync(OAuthHost.AuthorizeUrl(ended, "jobs:read"));
        asked.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Withdrawal_OfAnotherPerson_ChangesNothing()
    {
        await using var host = await OAuthHost.StartAsync();
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        using var stranger = await host.SignInAsync("stranger@hirepanda.test");
        var tokens = await host.GetTokensAsync(browser, app);
        using var page = await browser.GetAsync("/authorized-apps");
        using var strangers = await stranger.GetAsync("/authorized-apps");

        using var response = await stranger.PostAsync(
            "/authorized-apps",
            ("__RequestVerificationToken", await Browser.TokenAsync(strangers)),
            ("app", await Browser.FieldAsync(page, "app")));

        (await strangers.TextAsync()).Should().NotContain("Withdraw</button>");
        (await host.IsActiveAsync(app, tokens.Access)).Should().BeTrue();
    }

    [Fact]
    public async Task Client_Deleted_EndsItsTokens()
    {
        await using var host = await OAuthHost.StartAsync();
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        var tokens = await host.GetTokensAsync(browser, app);

        using var deleted = await host.CallAsync(HttpMethod.Delete, $"/api/v1/oauth/clients/{app.Id}");
        using var refreshed = await host.RefreshAsync(app, tokens.Refresh);
        using var page = await browser.GetAsync("/authorized-apps");
        using var authorize = await browser.GetAsync(OAuthHost.AuthorizeUrl(app));

        deleted.StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await ErrorAsync(refreshed)).Should().Be("invalid_client");
        (await page.TextAsync()).Should().NotContain("Withdraw</button>");
        authorize.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Person_WhoLeft_GetsNoMoreTokens()
    {
        await using var host = await OAuthHost.StartAsync();
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        var tokens = await host.GetTokensAsync(browser, app);
        await using (var scope = host.Services.CreateAsyncScope())
        {
            var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
            var account = await accounts.FindByEmailAsync(OAuthHost.Email);
            account!.Workspace = null;
            await accounts.UpdateAsync(account);
        }

        (await ErrorAsync(await host.RefreshAsync(app, tokens.Refresh))).Should().Be("invalid_grant");
    }

    /// <summary>Lets one change of a token fail.</summary>
    private sealed class FailingUpdates : DbCommandInterceptor
    {
        public bool Next { get; set; }

        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<int> result,
            CancellationToken cancellationToken = default)
        {
            if (!Next || !command.CommandText.StartsWith("UPDATE", StringComparison.Ordinal))
            {
                return new(result);
            }

            Next = false;
            throw new TimeoutException("The database does not answer.");
        }
    }

    private static async Task<string?> ErrorAsync(HttpResponseMessage response)
        => (await response.JsonAsync()).TryGetProperty("error", out var error) ? error.GetString() : null;
}
