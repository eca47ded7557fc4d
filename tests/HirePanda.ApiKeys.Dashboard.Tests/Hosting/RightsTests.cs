using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>What people see by their rights, and what everybody sees while the store is away.</summary>
public sealed class RightsTests
{
    [Fact]
    public async Task Person_WithoutManage_SeesPagesAndChangesNothing()
    {
        await using var host = await DashboardHost.StartAsync();
        using var reader = host.Visit(People.Reader);
        using var overview = await reader.GetAsync("/dashboard/");
        using var settings = await reader.GetAsync("/dashboard/settings");

        using var response = await reader.PostAsync("/dashboard/nothing");

        overview.StatusCode.Should().Be(HttpStatusCode.OK);
        (await overview.TextAsync()).Should().Contain("reader").And.Contain("read only").And.NotContain("Generate New API Key");
        settings.StatusCode.Should().Be(HttpStatusCode.OK);
        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await response.TextAsync()).Should().Contain("You need the permission keys:manage");
    }

    [Fact]
    public async Task Person_WithoutManage_CannotPostToAnyPage()
    {
        await using var host = await DashboardHost.StartAsync();
        using var reader = host.Visit(People.Reader);
        var (key, _) = await host.CreateKeyAsync();
        using var page = await reader.GetAsync("/dashboard/settings");
        foreach (var endpoint in host.Endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<DashboardRoute>()!.IsWrite))
        {
            var path = endpoint.RoutePattern.RawText!.Replace("{id}", key.Id, StringComparison.Ordinal);
            using var response = await reader.PostAsync(path);
            response.StatusCode.Should().Be(HttpStatusCode.Forbidden, path);
        }
    }

    [Theory]
    [InlineData(People.Stranger)]
    [InlineData(People.Nowhere)]
    public async Task Person_WithoutWorkspace_GetsAPageThatSaysSo(string person)
    {
        await using var host = await DashboardHost.StartAsync();
        await host.CreateKeyAsync("checkout-prod");
        using var visitor = host.Visit(person);

        using var response = await visitor.GetAsync("/dashboard/");

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await response.TextAsync()).Should().Contain("Your account does not belong to a workspace")
            .And.NotContain("checkout-prod");
    }

    [Fact]
    public async Task Person_SeesItsOwnWorkspaceOnly()
    {
        await using var host = await DashboardHost.StartAsync();
        await host.CreateKeyAsync("checkout-prod");
        await host.CreateKeyAsync("their-key", "second");
        using var owner = host.Visit();
        using var other = host.Visit(People.Other);

        using var ours = await owner.GetAsync("/dashboard/");
        using var theirs = await other.GetAsync("/dashboard/");

        (await ours.TextAsync()).Should().Contain("checkout-prod").And.NotContain("their-key");
        (await theirs.TextAsync()).Should().Contain("their-key").And.NotContain("checkout-prod");
    }

    [Fact]
    public async Task Anonymous_IsChallenged()
    {
        await using var host = await DashboardHost.StartAsync();
        using var visitor = host.Visit(null);

        foreach (var endpoint in host.Endpoints)
        {
            var write = endpoint.Metadata.GetMetadata<DashboardRoute>()!.IsWrite;
            using var response = await visitor.SendAsync(
                write ? HttpMethod.Post : HttpMethod.Get, endpoint.RoutePattern.RawText!, write ? [("a", "b")] : null);
            response.StatusCode.Should().Be(HttpStatusCode.Unauthorized, endpoint.RoutePattern.RawText);
            (await response.TextAsync()).Should().NotContain("<nav");
        }
    }

    [Fact]
    public async Task StoredScript_InTheNameOfAKey_IsText()
    {
        await using var host = await DashboardHost.StartAsync();
        await host.CreateKeyAsync("<script>alert(1)</script>\"'><img src=x onerror=alert(2)>");
        using var visitor = host.Visit();

        using var response = await visitor.GetAsync("/dashboard/?done=<script>");

        (await response.TextAsync()).Should().Contain("&lt;script&gt;alert(1)&lt;/script&gt;").And.NotContain("<script>")
            .And.NotContain("<img");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/keys")]
    [InlineData("/keys/x")]
    [InlineData("/keys/x/edit")]
    [InlineData("/keys/x/rotate")]
    [InlineData("/keys/x/revoke")]
    [InlineData("/keys/x/history")]
    [InlineData("/security")]
    [InlineData("/audit")]
    public async Task Store_Away_EveryPageSaysThatKeysStillWork(string path)
    {
        await using var host = await DashboardHost.StartAsync(services: builder => builder.Services
            .AddSingleton(DispatchProxy.Create<IApiKeyManagementStore, AwayStore>()));
        using var visitor = host.Visit();

        using var response = await visitor.GetAsync("/dashboard" + path);

        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await response.TextAsync()).Should().Contain("Keys still work; managing them does not.");
    }

    [Fact]
    public async Task Key_OfAnotherWorkspace_IsNotFoundOnAnyPage()
    {
        await using var host = await DashboardHost.StartAsync();
        var (key, _) = await host.CreateKeyAsync("their-key", "second");
        using var visitor = host.Visit();
        using var page = await visitor.GetAsync("/dashboard/settings");
        foreach (var endpoint in host.Endpoints.Where(endpoint
            => endpoint.RoutePattern.RawText!.StartsWith("/dashboard/keys/{id}", StringComparison.Ordinal)))
        {
            var path = endpoint.RoutePattern.RawText!.Replace("{id}", key.Id, StringComparison.Ordinal);
            using var response = endpoint.Metadata.GetMetadata<DashboardRoute>()!.IsWrite
                ? await visitor.PostAsync(path)
                : await visitor.GetAsync(path);
            var isWayBack = endpoint.Metadata.GetMetadata<DashboardRoute>()!.IsWayBack;
            response.StatusCode.Should().Be(isWayBack ? HttpStatusCode.SeeOther : HttpStatusCode.NotFound, path);
            (await response.TextAsync()).Should().NotContain("their-key");
        }
    }

    [Fact]
    public async Task Resolver_Throws_IsAPageAndAnEvent()
    {
        await using var host = await DashboardHost.StartAsync(
            services: builder => builder.Services.AddSingleton<IApiKeyActorResolver, BrokenResolver>());
        using var visitor = host.Visit();

        using var response = await visitor.GetAsync("/dashboard/settings");

        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await response.TextAsync()).Should().NotContain("the directory is away");
        host.Logs.Errors.Should().Contain(text => text.Contains("the directory is away"));
    }

    /// <summary>A store that cannot be reached.</summary>
#pragma warning disable CA1852 // The proxy derives from it.
    internal class AwayStore : DispatchProxy
#pragma warning restore CA1852
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => throw new TimeoutException("away");
    }

    private sealed class BrokenResolver : IApiKeyActorResolver
    {
        public ValueTask<ApiKeyActor?> ResolveAsync(HttpContext context, CancellationToken cancellationToken)
            => throw new TimeoutException("the directory is away");
    }
}
