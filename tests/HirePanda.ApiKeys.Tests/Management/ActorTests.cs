using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Management by people that the host signs in.</summary>
public sealed class ActorTests
{
    [Fact]
    public async Task Manage_PersonThatTheHostsResolverKnows_ActsInItsWorkspaceWithItsRights()
    {
        await using var api = await StartAsync(services => services.AddSingleton<IApiKeyActorResolver, People>());

        using var created = await SendAsync(api, "acme", new { name = "x", type = "ci" });
        using var tooMuch = await SendAsync(api, "acme", new { name = "x", type = "production" });
        using var list = await api.SendAsync(
            HttpMethod.Get, "/keys", change: request => request.Headers.Add("X-Person", "other"));

        created.StatusCode.Should().Be(HttpStatusCode.Created);
        (await created.JsonAsync()).Text("createdBy").Should().Be("person");
        tooMuch.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await list.TextAsync()).Should().Be("""{"items":[],"nextCursor":null}""");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Manage_PersonWithoutWorkspace_IsForbiddenAndNeverSeesAll(bool withResolver)
    {
        await using var api = await StartAsync(services =>
        {
            if (withResolver)
            {
                services.AddSingleton<IApiKeyActorResolver, People>();
            }
        });
        api.Issue();

        using var response = await api.SendAsync(
            HttpMethod.Get, "/keys", change: request => request.Headers.Add("X-Person", withResolver ? "" : "acme"));

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await response.CodeAsync()).Should().Be("forbidden");
    }

    [Fact]
    public async Task Create_PersonLosesThePolicyWhileTheBodyArrives_IsForbiddenAndAudited()
    {
        var isMember = true;
        await using var api = await StartAsync(
            services => services.AddSingleton<IApiKeyActorResolver, People>().AddAuthorizationBuilder()
            .AddPolicy("people", policy => policy.AddAuthenticationSchemes("Person").RequireAssertion(_ => isMember)));
        using var body = new Late("""{"name":"x","type":"ci"}""", () => isMember = false);

        using var response = await api.SendAsync(HttpMethod.Post, "/keys", change: request =>
        {
            request.Headers.Add("X-Person", TestApi.Workspace);
            request.Content = body;
        });

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        var token = TestContext.Current.CancellationToken;
        (await api.Store.ListKeysAsync(new ApiKeyQuery { Workspace = TestApi.Workspace, Limit = 10, Now = TestApi.Start }, token))
            .Should().BeEmpty();
        (await api.Store.ListAuditAsync(TestApi.Workspace, null, 10, token)).Should().ContainSingle()
            .Which.Should().BeEquivalentTo(new { Actor = "person", Action = "key.create.refused" });
    }

    [Fact]
    public async Task Manage_PersonWithASlowBody_IsResolvedAfterTheBody()
    {
        var isSignedIn = new TaskCompletionSource();
        var body = new SlowBody(isSignedIn.Task);
        var resolver = new Recording(() => body.IsSent);
        await using var api = await TestApi.StartAsync(
            services: builder =>
            {
                builder.Services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, PersonHandler>("Person", null);
                builder.Services.AddAuthorizationBuilder().AddPolicy("people", policy => policy.AddAuthenticationSchemes("Person")
                    .RequireAssertion(_ => isSignedIn.TrySetResult() || true));
                builder.Services.AddScoped<IApiKeyActorResolver>(_ => resolver);
            },
            app: app => app.MapHirePandaApiKeys("/keys", policy: "people"));

        using var response = await api.SendAsync(HttpMethod.Post, "/keys", change: request =>
        {
            request.Headers.Add("X-Person", "acme");
            request.Content = body;
        });

        response.StatusCode.Should().Be(HttpStatusCode.Created, await response.TextAsync());
        resolver.Seen.Should().Equal(true);
    }

    private static Task<HttpResponseMessage> SendAsync(TestApi api, string workspace, object body)
        => api.SendAsync(HttpMethod.Post, "/keys", body: body, change: request => request.Headers.Add("X-Person", workspace));

    private static Task<TestApi> StartAsync(Action<IServiceCollection> services) => TestApi.StartAsync(
        services: builder =>
        {
            builder.Services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, PersonHandler>("Person", null);
            builder.Services.AddAuthorizationBuilder()
                .AddPolicy("people", policy => policy.AddAuthenticationSchemes("Person").RequireAuthenticatedUser());
            services(builder.Services);
        },
        app: app => app.MapHirePandaApiKeys("/keys", policy: "people"));

    /// <summary>A body that runs an action before its end, when the server reads it.</summary>
    private sealed class Late : HttpContent
    {
        private readonly byte[] _bytes;
        private readonly Action _before;

        public Late(string text, Action before)
        {
            (_bytes, _before) = (System.Text.Encoding.UTF8.GetBytes(text), before);
            Headers.ContentType = new("application/json");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            // This is more than the pipe of the test server holds. The rest is sent when the server reads.
            await stream.WriteAsync(new byte[128 * 1024].Select(_ => (byte)' ').ToArray());
            await stream.FlushAsync();
            _before();
            await stream.WriteAsync(_bytes);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private sealed class People : IApiKeyActorResolver
    {
        public async ValueTask<ApiKeyActor?> ResolveAsync(HttpContext context, CancellationToken cancellationToken)
        {
            await Task.Yield();
            cancellationToken.CanBeCanceled.Should().BeTrue();
            return new() { Id = "person", Workspace = context.User.FindFirstValue("workspace") ?? "", Tier = "write" };
        }
    }

    private sealed class Recording(Func<bool> look) : IApiKeyActorResolver
    {
        public List<bool> Seen { get; } = [];

        public ValueTask<ApiKeyActor?> ResolveAsync(HttpContext context, CancellationToken cancellationToken)
        {
            Seen.Add(look());
            return new(
                new ApiKeyActor { Id = "person", Workspace = context.Request.Headers["X-Person"].ToString(), Tier = "admin" });
        }
    }

    /// <summary>A body whose end is sent after an event.</summary>
    private sealed class SlowBody : HttpContent
    {
        private readonly Task _happened;

        public SlowBody(Task happened)
        {
            _happened = happened;
            Headers.ContentType = new("application/json");
        }

        public bool IsSent { get; private set; }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("""{"name":"x","""u8.ToArray());
            await stream.FlushAsync();
            await _happened;
            IsSent = true;
            await stream.WriteAsync("\"type\":\"ci\"}"u8.ToArray());
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private sealed class PersonHandler(
        IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var workspace = Request.Headers["X-Person"].ToString();
            var identity = new ClaimsIdentity([new Claim("workspace", workspace)], Scheme.Name);
            return Task.FromResult(
                AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name)));
        }
    }
}
