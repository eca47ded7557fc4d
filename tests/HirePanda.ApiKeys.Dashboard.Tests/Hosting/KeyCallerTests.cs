using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>A dashboard is for people. A key never opens it, whatever the host's policy admits.</summary>
public sealed class KeyCallerTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PolicyOfKeysAndPeople_AdmitsPeopleOnly(bool isOwnResolver)
    {
        await using var host = await StartAsync(isOwnResolver, policy => policy
            .AddAuthenticationSchemes(ApiKeyDefaults.AuthenticationScheme, PersonHandler.SchemeName).RequireAuthenticatedUser());
        var (key, secret) = await host.CreateKeyAsync();
        (string, string)[] fields = [("Authorization", "Bearer " + secret)];
        using var nobody = host.Visit(null);
        using var person = host.Visit();

        await ShouldBeRefusedAsync(nobody, fields, key);
        await ShouldBeRefusedAsync(person, fields, key);
        using var page = await person.GetAsync("/dashboard/keys");
        page.StatusCode.Should().Be(isOwnResolver ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
        (await page.TextAsync()).Contains(key.Name, StringComparison.Ordinal).Should().Be(isOwnResolver);
    }

    [Fact]
    public async Task DefaultPolicy_WhereKeysAreTheOnlyScheme_AdmitsNoKey()
    {
        await using var host = await StartAsync(
            isOwnResolver: false, policy => policy.RequireAuthenticatedUser(), ApiKeyDefaults.AuthenticationScheme);
        var (key, secret) = await host.CreateKeyAsync();
        using var nobody = host.Visit(null);

        await ShouldBeRefusedAsync(nobody, [("Authorization", "Bearer " + secret)], key);
    }

    private static async Task ShouldBeRefusedAsync(Visitor visitor, (string, string)[] fields, ApiKey key)
    {
        foreach (var path in new[] { "/dashboard/", "/dashboard/keys", "/dashboard/keys/" + key.Id, "/dashboard/usage/export" })
        {
            using var response = await visitor.GetAsync(path, fields);
            response.StatusCode.Should().Be(HttpStatusCode.Forbidden, path);
            (await response.TextAsync()).Should().Contain("Not with an API key").And.NotContain(key.Id);
        }

        using var asset = await visitor.GetAsync("/dashboard/assets/0/dashboard.css", fields);
        asset.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    private static Task<DashboardHost> StartAsync(
        bool isOwnResolver,
        Action<AuthorizationPolicyBuilder> policy,
        string? defaultScheme = null)
        => DashboardHost.StartAsync(
            app => app.MapHirePandaApiKeysDashboard("/dashboard").RequireAuthorization(policy),
            builder =>
            {
                if (defaultScheme is not null)
                {
                    builder.Services.AddAuthentication(defaultScheme);
                }

                if (!isOwnResolver)
                {
                    builder.Services.Remove(builder.Services.Last(
                        service => service.ServiceType == typeof(IApiKeyActorResolver)));
                }
            });
}
