using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

public sealed class EventTests
{
    [Fact]
    public async Task OnKeyValidated_AddsAClaim_TheRequestHasIt()
    {
        await using var api = await TestApi.StartAsync(options => options.Events.OnKeyValidated = context =>
        {
            context.Key.Workspace.Should().Be(TestApi.Workspace);
            ((ClaimsIdentity)context.Principal!.Identity!).AddClaim(new Claim("plan", "gold"));
            return Task.CompletedTask;
        });

        using var response = await api.GetAsync("/read", api.Secret());

        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task OnKeyValidated_Fails_TheKeyIsRefused()
    {
        await using var api = await TestApi.StartAsync(options => options.Events.OnKeyValidated = context =>
        {
            context.Fail("The workspace has not paid.");
            return Task.CompletedTask;
        });

        using var response = await api.GetAsync("/read", api.Secret());
        using var open = await api.GetAsync("/open", api.Secret());

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        response.Header("WWW-Authenticate").Should().Be("Bearer error=\"invalid_token\"");
        (await open.TextAsync()).Should().Be("nobody");
    }

    [Fact]
    public async Task OnAuthenticationFailed_GetsTheReason()
    {
        ApiKeyAuthenticationFailedContext? failed = null;
        await using var api = await TestApi.StartAsync(options => options.Events.OnAuthenticationFailed = context =>
        {
            failed = context;
            return Task.CompletedTask;
        });
        var (key, secret) = api.Issue(change: key => key with { RevokedAt = TestApi.Start });

        (await api.GetAsync("/read", secret)).Dispose();

        failed!.Outcome.Should().Be(ApiKeyOutcome.Revoked);
        failed.Key!.Id.Should().Be(key.Id);
    }

    [Fact]
    public async Task OnChallenge_HandlesTheResponse_NothingIsAdded()
    {
        await using var api = await TestApi.StartAsync(options => options.Events.OnChallenge = context =>
        {
            context.HandleResponse();
            context.Response.StatusCode = 418;
            return context.Response.WriteAsync("teapot");
        });

        using var response = await api.GetAsync("/read");

        ((int)response.StatusCode).Should().Be(418);
        (await response.TextAsync()).Should().Be("teapot");
        response.Header("WWW-Authenticate").Should().BeNull();
    }

    [Fact]
    public async Task OnChallenge_ReplacesTheError_ThatIsAnswered()
    {
        await using var api = await TestApi.StartAsync(options => options.Events.OnChallenge = context =>
        {
            context.Error = context.Error with { Message = "Get a key at https://keys.example" };
            return Task.CompletedTask;
        });

        using var response = await api.GetAsync("/read");

        (await response.TextAsync()).Should().Contain("Get a key at https://keys.example");
    }

    [Fact]
    public async Task OnForbidden_HandlesTheResponse_NothingIsAdded()
    {
        await using var api = await TestApi.StartAsync(options => options.Events.OnForbidden = context =>
        {
            context.Error.Message.Should().Contain("admin");
            context.HandleResponse();
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        });

        using var response = await api.GetAsync("/admin", api.Secret("read"));

        response.StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await response.TextAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task OnMessageReceived_EndsWithAResult_NothingIsVerified()
    {
        await using var api = await TestApi.StartAsync(options => options.Events.OnMessageReceived = context =>
        {
            context.NoResult();
            return Task.CompletedTask;
        });

        using var response = await api.GetAsync("/read", api.Secret());

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        api.Store.Reads.Should().Be(0);
    }

    [Fact]
    public async Task EventsType_IsResolvedFromTheHostsServices()
    {
        await using var api = await TestApi.StartAsync(
            options => options.EventsType = typeof(OwnEvents),
            builder => builder.Services.AddScoped<OwnEvents>());

        using var response = await api.GetAsync("/read", api.Secret());

        response.Header("X-Own-Events").Should().Be("yes");
    }

    private sealed class OwnEvents : ApiKeyEvents
    {
        public override Task KeyValidatedAsync(ApiKeyValidatedContext context)
        {
            context.Response.Headers["X-Own-Events"] = "yes";
            return base.KeyValidatedAsync(context);
        }
    }
}
