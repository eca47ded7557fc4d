using HirePanda.Api;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Primitives;
using NSubstitute;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Endpoints that require a permission that the catalog does not have.</summary>
public sealed class EndpointPermissionCheckTests
{
    public static TheoryData<string, Action<WebApplication>> Misspelled => new()
    {
        { "convention", app => app.MapGet("/typo", () => "typo").RequirePermission("jobs:raed") },
        { "attribute", app => app.MapGet("/typo", [RequirePermission("jobs:raed")] () => "typo") },
        { "group", app => app.MapGroup("").RequirePermission("jobs:raed").MapGet("/typo", () => "typo") },
        {
            "branch",
            app => app.Map("/b", branch => branch.UseRouting().UseEndpoints(
                endpoints => endpoints.MapGet("/typo", () => "").RequirePermission("jobs:raed")))
        },
        {
            "policy",
            app => app.MapGet("/typo", () => "typo")
                .RequireAuthorization(policy => policy.RequireApiKeyPermission("jobs:raed"))
        },
        { "host's policy", app => app.MapGet("/typo", () => "typo").RequireAuthorization("host") },
    };

    [Theory]
    [MemberData(nameof(Misspelled))]
    public async Task Start_MisspelledPermission_StopsTheHostAndNamesEndpointAndPermission(string how, Action<WebApplication> map)
    {
        var server = Substitute.For<IServer>();

        var start = () => TestApi.StartAsync(
            services: builder =>
            {
                builder.Services.AddAuthorizationBuilder()
                    .AddPolicy("host", policy => policy.RequireApiKeyPermission("jobs:raed"));
                builder.Services.AddSingleton(server);
            },
            app: map);

        await start.Should().ThrowAsync<InvalidOperationException>(how).WithMessage("*'*GET /typo*'*'jobs:raed'*AddPermissions*");
        await server.DidNotReceiveWithAnyArgs().StartAsync<object>(default!, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Start_MisspelledPermissionInAHostWithoutWebApplication_StopsTheHost()
    {
        using var host = new HostBuilder().ConfigureWebHost(web => web.UseTestServer()
            .ConfigureServices(services => services.AddRouting().AddHirePandaApiKeys().AddInMemoryStore())
            .Configure(app => app.UseRouting().UseAuthentication().UseAuthorization()
                .UseEndpoints(endpoints => endpoints.MapGet("/typo", () => "typo").RequirePermission("jobs:raed")))).Build();

        var start = () => host.StartAsync(TestContext.Current.CancellationToken);

        await start.Should().ThrowAsync<InvalidOperationException>().WithMessage("*GET /typo*'jobs:raed'*");
    }

    [Fact]
    public async Task Start_ControllerWhosePermissionTheCatalogLacks_StopsTheHost()
    {
        var start = () => TestApi.StartAsync(
            options =>
            {
                options.Catalog.Clear();
                options.Catalog.AddTier("owner", "jobs:write");
                options.Catalog.AddType("key", "k");
            },
            builder => builder.Services.AddControllers().ConfigureApplicationPartManager(parts =>
            {
                parts.ApplicationParts.Clear();
                parts.ApplicationParts.Add(new AssemblyPart(typeof(HirePandaCatalog).Assembly));
            }),
            app => app.MapControllers());

        await start.Should().ThrowAsync<InvalidOperationException>()
            .WithMessage("*Controllers.*Controller.*'*:*'*AddPermissions(\"owner\", *");
    }

    [Fact]
    public async Task Start_ManagementOverACatalogWithoutKeysManage_StopsTheHostAndSaysWhatToAdd()
    {
        var start = () => ManageAsync(null);

        await start.Should().ThrowAsync<InvalidOperationException>()
            .WithMessage("*/keys*'keys:manage'*AddPermissions(\"owner\", \"keys:manage\")*");
        await (await ManageAsync("owner")).DisposeAsync();

        static Task<KestrelApi> ManageAsync(string? policy) => KestrelApi.StartAsync(
            app => app.MapHirePandaApiKeys("/keys", policy),
            options =>
            {
                options.Catalog.Clear();
                options.Catalog.AddTier("member");
                options.Catalog.AddTier("owner").GrantsEverything = true;
                options.Catalog.AddType("key", "k");
            });
    }

    [Fact]
    public async Task Send_MisspelledPermissionOfAnEndpointAddedLater_FailsLoudly()
    {
        var later = new LaterEndpoints();
        await using var api = await TestApi.StartAsync(app: app => ((IEndpointRouteBuilder)app).DataSources.Add(later));
        later.Add("/typo", new RequirePermissionAttribute("jobs:raed"));

        var send = () => api.GetAsync("/typo", api.Secret());

        await send.Should().ThrowAsync<InvalidOperationException>().WithMessage("*jobs:raed*");
    }

    private sealed class LaterEndpoints : EndpointDataSource
    {
        private IReadOnlyList<Endpoint> _endpoints = [];
        private ConfigurationReloadToken _change = new();

        public override IReadOnlyList<Endpoint> Endpoints => _endpoints;

        public void Add(string path, object metadata)
        {
            _endpoints = [new RouteEndpoint(_ => Task.CompletedTask, RoutePatternFactory.Parse(path), 0, new(metadata), path)];
            Interlocked.Exchange(ref _change, new()).OnReload();
        }

        public override IChangeToken GetChangeToken() => _change;
    }
}
