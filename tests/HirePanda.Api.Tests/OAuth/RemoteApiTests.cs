using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http;

namespace HirePanda.Api.Tests;

/// <summary>Another API that accepts the sample's access tokens, and asks the sample about them.</summary>
public sealed class RemoteApiTests
{
    /// <summary>A tier, because this API has its own permissions.</summary>
    private const string Scope = "offline_access read";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Token_IsAcceptedUntilItIsRevoked()
    {
        await using var server = await OAuthHost.StartAsync();
        var app = await server.RegisterAsync(scopes: Scope);
        using var browser = await server.SignInAsync();
        var tokens = await server.GetTokensAsync(browser, app, Scope);
        using var api = await StartAsync(app, new(server.CreateHandler()));

        using var accepted = await CallAsync(api, "/read", tokens.Access);
        using var lacking = await CallAsync(api, "/admin", tokens.Access);
        using var unknown = await CallAsync(api, "/read", "unknown");
        using var revocation = await server.PostAsync(app, "revoke", ("token", tokens.Access));
        using var revoked = await CallAsync(api, "/read", tokens.Access);
        using var metadata = await CallAsync(api, "/.well-known/oauth-protected-resource");

        accepted.StatusCode.Should().Be(HttpStatusCode.OK);
        lacking.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        unknown.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        revoked.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        revoked.Header("WWW-Authenticate").Should().Be(
            "Bearer error=\"invalid_token\", resource_metadata=\"http://localhost/.well-known/oauth-protected-resource\"");
        (await metadata.JsonAsync()).GetProperty("authorization_servers")[0].GetString().Should().Be("http://localhost/");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Issuer_ThatCannotBeReached_IsAnswered503(bool isKnown)
    {
        await using var server = await OAuthHost.StartAsync();
        var app = await server.RegisterAsync(scopes: Scope);
        using var browser = await server.SignInAsync();
        var tokens = await server.GetTokensAsync(browser, app, Scope);
        var network = new Network(server.CreateHandler());
        using var api = await StartAsync(app, network);
        if (isKnown)
        {
            using var first = await CallAsync(api, "/read", tokens.Access);
            first.StatusCode.Should().Be(HttpStatusCode.OK);
        }

        network.IsDown = true;
        using var refused = await CallAsync(api, "/read", tokens.Access);
        network.IsDown = false;
        using var accepted = await CallAsync(api, "/read", tokens.Access);

        refused.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        refused.Header("Retry-After").Should().NotBeNull();
        (await refused.CodeAsync()).Should().Be("service_unavailable");
        network.Attempts.Should().Be(1, "the caller waits, and can try again itself");
        accepted.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_NeedsTheAuthenticationMiddleware(bool hasIt)
    {
        using var host = Build(new App("app", "secret"), new(new SocketsHttpHandler()), hasIt);

        var start = () => host.StartAsync(Token);

        if (hasIt)
        {
            await start.Should().NotThrowAsync();
        }
        else
        {
            (await start.Should().ThrowAsync<InvalidOperationException>())
                .WithMessage("AcceptOpenIddictTokens()*UseAuthentication()*");
        }
    }

    private static async Task<IHost> StartAsync(App app, Network network)
    {
        var host = Build(app, network);
        await host.StartAsync(Token);
        return host;
    }

    /// <summary>Builds a host of its own kind: <c>WebApplication</c> adds the authentication middleware by itself.</summary>
    private static IHost Build(App app, Network network, bool hasAuthentication = true)
        => new HostBuilder().ConfigureWebHost(web => web.UseTestServer().ConfigureServices(services =>
        {
            services.AddRouting();
            services.AddHirePandaApiKeys().AddInMemoryStore().AcceptOpenIddictTokens(validation => validation
                .SetIssuer("http://localhost/")
                .AddAudiences("hirepanda-api")
                .UseIntrospection()
                .SetClientId(app.Id)
                .SetClientSecret(app.Secret!));
            services.PostConfigureAll<HttpClientFactoryOptions>(
                options => options.HttpMessageHandlerBuilderActions.Add(builder => builder.PrimaryHandler = network));
        }).Configure(api =>
        {
            api.UseRouting();
            if (hasAuthentication)
            {
                api.UseAuthentication();
            }

            api.UseAuthorization();
            api.UseEndpoints(endpoints =>
            {
                endpoints.MapGet("/read", () => "read").RequireAuthorization("read");
                endpoints.MapGet("/admin", () => "admin").RequireAuthorization("admin");
            });
        })).Build();

    private static async Task<HttpResponseMessage> CallAsync(IHost api, string path, string? token = null)
    {
        using var client = api.GetTestClient();
        client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return await client.GetAsync(path, Token);
    }

    /// <summary>The network between the API and the server, which can be down.</summary>
    private sealed class Network(HttpMessageHandler server) : DelegatingHandler(server)
    {
        public bool IsDown { get; set; }

        /// <summary>Gets the number of requests while the network was down.</summary>
        public int Attempts { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!IsDown)
            {
                return base.SendAsync(request, cancellationToken);
            }

            Attempts++;
            throw new HttpRequestException("The network is down.");
        }
    }
}
