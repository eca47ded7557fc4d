using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Policies of the host and those of the catalog.</summary>
public sealed class PolicyPrefixTests
{
    [Fact]
    public async Task Send_WithAPrefix_PoliciesHaveItAndTheHostsOwnStayTheHosts()
    {
        await using var api = await TestApi.StartAsync(
            options => options.PolicyPrefix = "key:",
            builder => builder.Services.AddAuthorizationBuilder()
                .AddPolicy("write", policy => policy.RequireAssertion(_ => true)),
            app =>
            {
                app.MapGet("/tier", () => "tier").RequireAuthorization("key:write");
                app.MapGet("/permission", () => "permission").RequireAuthorization("KEY:jobs:write");
                app.MapGet("/own", () => "own").RequireAuthorization("write");
                app.MapHirePandaApiKeys("/keys");
            });

        (await api.StatusAsync(api.Secret("write"), "/tier")).Should().Be(HttpStatusCode.OK);
        (await api.StatusAsync(api.Secret("read"), "/tier")).Should().Be(HttpStatusCode.Forbidden);
        (await api.StatusAsync(api.Secret("write"), "/permission")).Should().Be(HttpStatusCode.OK);
        (await api.StatusAsync(api.Secret("read"), "/permission")).Should().Be(HttpStatusCode.Forbidden);
        (await api.StatusAsync(api.Secret("admin"), "/keys")).Should().Be(HttpStatusCode.OK);
        (await api.StatusAsync(api.Secret("write"), "/keys")).Should().Be(HttpStatusCode.Forbidden);
        using var own = await api.GetAsync("/own");
        own.StatusCode.Should().Be(HttpStatusCode.OK);
        using var job = await api.SendAsync(HttpMethod.Post, "/jobs", api.Secret("write"));
        using var noJob = await api.SendAsync(HttpMethod.Post, "/jobs", api.Secret("read"));
        job.StatusCode.Should().Be(HttpStatusCode.OK, "RequirePermission needs no prefix");
        noJob.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        api.Logs.Ours.Should().NotContain(entry => entry.Level == LogLevel.Warning);

        var unprefixed = () => api.GetAsync("/read", api.Secret());
        await unprefixed.Should().ThrowAsync<InvalidOperationException>()
            .WithMessage("*read*", "no policy has the name of a tier alone");
    }

    [Fact]
    public async Task Start_HostsPolicyHidesATierOrPermission_WarnsAndNamesBoth()
    {
        await using var api = await TestApi.StartAsync(
            services: builder => builder.Services.AddAuthorizationBuilder()
                .AddPolicy("write", policy => policy.RequireAssertion(_ => true))
                .AddPolicy("jobs:write", policy => policy.RequireAssertion(_ => true))
                .AddPolicy("people", policy => policy.RequireAssertion(_ => true)));

        api.Logs.Ours.Where(entry => entry.Level == LogLevel.Warning).Select(entry => entry.Text).Should().SatisfyRespectively(
            first => first.Should().Contain("policy 'write'").And.Contain("permission 'write'").And.Contain("PolicyPrefix"),
            second => second.Should().Contain("policy 'jobs:write'").And.Contain("permission 'jobs:write'")
                .And.Contain("PolicyPrefix"));
        using var hidden = await api.SendAsync(HttpMethod.Post, "/write");
        using var required = await api.SendAsync(HttpMethod.Post, "/jobs");
        hidden.StatusCode.Should().Be(HttpStatusCode.OK, "the host's own policy wins");
        required.StatusCode.Should().Be(HttpStatusCode.Unauthorized, "RequirePermission always requires a key");
    }

    [Theory]
    [InlineData("write", "write", "read")]
    [InlineData("JOBS:write", "write", "read")]
    [InlineData("billing:read", "admin", "write")]
    public async Task RequireApiKeyPermission_InAHostsPolicy_RequiresAKeyThatHoldsIt(string name, string passes, string lacks)
    {
        await using var api = await TestApi.StartAsync(
            services: builder => builder.Services.AddAuthorizationBuilder().AddPolicy(
                "reporters", policy => policy.RequireApiKeyPermission(name).RequireClaim("name", "Test")),
            app: app => app.MapGet("/reports", () => "reports").RequireAuthorization("reporters"));

        using var forbidden = await api.GetAsync("/reports", api.Secret(lacks));
        using var missing = await api.GetAsync("/reports");

        (await api.StatusAsync(api.Secret(passes), "/reports")).Should().Be(HttpStatusCode.OK);
        forbidden.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        forbidden.Header("WWW-Authenticate").Should().Contain($"scope=\"{name}\"");
        missing.Header("WWW-Authenticate").Should().Be("Bearer", "the policy pins the library's scheme");
        var (_, other) = api.Issue(new CreateApiKeyRequest { Name = "Other", Type = ApiKeyTypes.Production });
        (await api.StatusAsync(other, "/reports"))
            .Should().Be(HttpStatusCode.Forbidden, "the rest of the policy counts too");
    }

    [Fact]
    public void RequireApiKeyPermission_Twice_PinsTheSchemeOnceAndKeepsTheHosts()
        => new AuthorizationPolicyBuilder("Cookie").RequireApiKeyPermission("read").RequireApiKeyPermission("jobs:read").Build()
            .AuthenticationSchemes.Should().Equal("Cookie", ApiKeyDefaults.AuthenticationScheme);
}
