using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using HirePanda.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>What signed-in people may do in the sample, and what they may not.</summary>
public sealed class StaffTests
{
    private const string Email = "keeper@hirepanda.test";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Staff_ActsAsAdministratorOfItsWorkspaceOnly()
    {
        await using var host = await SampleHost.StartAsync(services: SampleHost.MapForStaff);
        var id = await host.AddAsync(Email, "acme");
        using var browser = host.Open();
        using var signedIn = await browser.SignInAsync(Email, SampleHost.Password);
        using var other = await host.SignInAsync("owner@second.test", "second");

        using var created = await browser.SendAsync(
            HttpMethod.Post, "/staff", JsonContent.Create(new { name = "Full", type = "production" }));
        using var list = await browser.GetAsync("/staff");
        using var othersList = await other.GetAsync("/staff");
        using var others = await other.GetAsync($"/staff/{(await created.JsonAsync()).Text("id")}");

        created.StatusCode.Should().Be(HttpStatusCode.Created, "a person may create a key with every permission");
        (await created.JsonAsync()).Text("createdBy").Should().Be($"user:{id}");
        (await list.JsonAsync()).GetProperty("items").GetArrayLength().Should().Be(1, "the first key is in another workspace");
        (await othersList.TextAsync()).Should().Be("""{"items":[],"nextCursor":null}""");
        others.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Staff_WithoutASession_IsSentToTheLoginPage()
    {
        await using var host = await SampleHost.StartAsync(services: SampleHost.MapForStaff);
        using var browser = host.Open();
        var secret = await NewKeyAsync(host, ApiKeyTypes.Production);

        using var anonymous = await browser.GetAsync("/staff?status=active");
        using var withKey = await browser.SendAsync(HttpMethod.Get, "/staff", change: request => Authorize(request, secret));

        anonymous.StatusCode.Should().Be(HttpStatusCode.Found);
        anonymous.Header("Location").Should().Be("http://localhost/login?returnUrl=%2Fstaff%3Fstatus%3Dactive");
        withKey.StatusCode.Should().Be(HttpStatusCode.Found, "a key opens no pages for people");
    }

    [Fact]
    public async Task Staff_WithoutAWorkspace_IsDeniedAndIsNoActor()
    {
        await using var host = await SampleHost.StartAsync(services: SampleHost.MapForStaff);
        using var browser = await host.SignInAsync(Email, null);
        await using var scope = host.Services.CreateAsyncScope();
        var signIn = scope.ServiceProvider.GetRequiredService<SignInManager<Account>>();
        var account = await signIn.UserManager.FindByEmailAsync(Email);
        var context = new DefaultHttpContext { User = await signIn.CreateUserPrincipalAsync(account!) };

        using var response = await browser.GetAsync("/staff");
        using var denied = await browser.GetAsync(response.Headers.Location!.PathAndQuery);
        var actor = await host.Services.GetRequiredService<IApiKeyActorResolver>().ResolveAsync(context, Token);

        response.StatusCode.Should().Be(HttpStatusCode.Found);
        response.Headers.Location!.AbsolutePath.Should().Be("/denied");
        denied.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await denied.TextAsync()).Should().Contain("does not belong to a workspace").And.Contain("Sign out");
        actor.Should().BeNull();
    }

    [Fact]
    public async Task Api_WithASession_CanBeReadOnly_AndTheSessionAddsNothingToAKey()
    {
        await using var host = await SampleHost.StartAsync();
        using var browser = await host.SignInAsync(Email, FirstStart.Workspace);
        var secret = await NewKeyAsync(host, ApiKeyTypes.Ci);

        foreach (var path in new[] { "/api/v1/jobs", "/api/v1/api-keys", "/api/v1/team" })
        {
            using var read = await browser.GetAsync(path);
            using var write = await browser.SendAsync(
                HttpMethod.Post, path, JsonContent.Create(new { title = "Cook", name = "new" }));
            read.StatusCode.Should().Be(HttpStatusCode.OK, path);
            write.StatusCode.Should().BeOneOf(HttpStatusCode.Unauthorized, HttpStatusCode.MethodNotAllowed);
        }

        using var weakKey = await browser.SendAsync(
            HttpMethod.Get, "/api/v1/team", change: request => Authorize(request, secret));
        weakKey.StatusCode.Should().Be(HttpStatusCode.Forbidden, "the session adds nothing to the key");
        using var key = await browser.SendAsync(HttpMethod.Get, "/api/v1/jobs", change: request => Authorize(request, secret));
        key.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Staff_WhoseAccountIsRemoved_IsSignedOutAtTheNextCheck()
    {
        await using var host = await SampleHost.StartAsync(services: CheckEveryRequest);
        using var browser = await host.SignInAsync(Email, "acme");
        using var before = await browser.GetAsync("/staff");
        await using var scope = host.Services.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        await accounts.DeleteAsync((await accounts.FindByEmailAsync(Email))!);

        using var after = await browser.GetAsync("/staff");

        before.StatusCode.Should().Be(HttpStatusCode.OK);
        after.StatusCode.Should().Be(HttpStatusCode.Found);
    }

    [Fact]
    public async Task Accounts_DatabaseDoesNotAnswer_SessionsStayAndTheLoginSaysSo()
    {
        var outage = new Outage();
        await using var host = await SampleHost.StartAsync(services: services =>
        {
            CheckEveryRequest(services);
            outage.AddTo(services);
        });
        using var browser = await host.SignInAsync(Email, "acme");
        using var stranger = host.Open();

        outage.IsOn = true;
        using var page = await browser.GetAsync("/staff");
        using var login = await stranger.SignInAsync(Email, SampleHost.Password);

        page.StatusCode.Should().Be(HttpStatusCode.OK);
        login.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await login.TextAsync()).Should().Contain("The accounts cannot be read at the moment.");
        stranger.IsSignedIn.Should().BeFalse();
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task WebhookSecret_IsProtectedWithKeysThatAllNodesShare(string provider)
    {
        var database = await SampleDatabase.NewAsync(provider);
        await using var host = await SampleHost.StartAsync(database);
        using var browser = host.Open();
        var secret = await NewKeyAsync(host, ApiKeyTypes.Production);
        using var added = await browser.SendAsync(
            HttpMethod.Post, "/api/v1/api-keys/webhooks", JsonContent.Create(new { url = "https://8.8.8.8/" }),
            request => Authorize(request, secret));

        await using var node = await SampleHost.StartAsync(database);
        var stored = await node.Services.GetRequiredService<IApiKeyAlertStore>().ListWebhooksAsync("acme", null, 10, Token);

        stored.Should().ContainSingle().Which.ProtectedSecret.Should().StartWith("dp1:");
        node.Services.GetRequiredService<WebhookSecrets>().Unprotect(stored[0])
            .Should().Be((await added.JsonAsync()).Text("secret"));
    }

    private static void CheckEveryRequest(IServiceCollection services)
    {
        SampleHost.MapForStaff(services);
        services.PostConfigure<SecurityStampValidatorOptions>(options => options.ValidationInterval = TimeSpan.Zero);
    }

    private static void Authorize(HttpRequestMessage request, string secret)
        => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);

    private static async Task<string> NewKeyAsync(SampleHost host, string type)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var manager = scope.ServiceProvider.GetRequiredService<ApiKeyManager>();
        return (await manager.CreateFirstAsync("acme", new() { Name = "First", Type = type }, Token))!.Secret;
    }
}
