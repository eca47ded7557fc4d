using System.Net;
using Microsoft.AspNetCore.Builder;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>LocalRequestsOnly: a loopback address, no proxy in between, and a host name of this machine.</summary>
public sealed class LocalRequestTests
{
    [Theory]
    [InlineData("127.0.0.1", "localhost")]
    [InlineData("127.0.0.1", "localhost:5080")]
    [InlineData("127.9.9.9", "127.0.0.1:5080")]
    [InlineData("::1", "[::1]:5080")]
    [InlineData("::ffff:127.0.0.1", "localhost")]
    public async Task Request_OfThisMachine_IsAdmitted(string address, string host)
        => (await StatusAsync(address, host)).Should().Be(HttpStatusCode.OK);

    [Theory]
    [InlineData("10.0.0.7", "localhost")]
    [InlineData("::ffff:10.0.0.7", "localhost")]
    [InlineData(null, "localhost")]
    [InlineData("127.0.0.1", "rebound.example.com")]
    [InlineData("127.0.0.1", "localhost.example.com")]
    [InlineData("127.0.0.1", "127.0.0.2")]
    public async Task Request_OfAnotherMachineOrName_IsRefused(string? address, string host)
        => (await StatusAsync(address, host)).Should().Be(HttpStatusCode.Forbidden);

    [Theory]
    [InlineData("Forwarded")]
    [InlineData("Via")]
    [InlineData("X-Forwarded-For")]
    [InlineData("X-Forwarded-Host")]
    [InlineData("x-forwarded-proto")]
    [InlineData("X-Forwarded-Port")]
    [InlineData("X-Forwarded-Prefix")]
    [InlineData("X-Original-For")]
    public async Task Request_ThroughAProxy_IsRefused(string field)
        => (await StatusAsync("127.0.0.1", "localhost", (field, "1"))).Should().Be(HttpStatusCode.Forbidden);

    [Fact]
    public async Task Request_BesideAPolicy_ThePolicyDecides()
    {
        await using var host = await DashboardHost.StartAsync(app
            => app.MapHirePandaApiKeysDashboard("/dashboard").LocalRequestsOnly().RequireAuthorization(DashboardHost.Policy));
        using var anonymous = host.Visit(null);
        using var owner = host.Visit();

        using var refused = await anonymous.GetAsync("/dashboard/", (DashboardHost.AddressField, "127.0.0.1"));
        using var admitted = await owner.GetAsync("/dashboard/", (DashboardHost.AddressField, "10.0.0.7"));

        refused.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        admitted.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    private static async Task<HttpStatusCode> StatusAsync(
        string? address, string name, params (string Name, string Value)[] fields)
    {
        await using var host = await DashboardHost.StartAsync(
            app => app.MapHirePandaApiKeysDashboard("/dashboard").LocalRequestsOnly());
        using var visitor = host.Visit(null);
        (string, string)[] from = address is null ? [] : [(DashboardHost.AddressField, address)];
        using var response = await visitor.GetAsync("/dashboard/", [("Host", name), .. from, .. fields]);
        if (response.StatusCode == HttpStatusCode.Forbidden)
        {
            (await response.TextAsync()).Should().Contain("Only from this computer").And.NotContain(People.Workspace);
        }

        return response.StatusCode;
    }
}
