using System.Net;
using System.Text.RegularExpressions;

namespace HirePanda.ApiKeys.Dashboard.Tests.Alerts;

/// <summary>Alerts and webhooks.</summary>
public sealed partial class AlertsTests
{
    private const string Hook = "http://127.0.0.1:9/hook";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Show_OpenAlert_HasKindMessageAndKeyAsText()
    {
        await using var host = await StartAsync();
        var key = await host.CreateKeyAsync("<i>key</i>");
        await RaiseAsync(host, "1", key.Key.Id, "<script>alert(1)</script>");

        var (status, html) = await host.GetAsync("/alerts");

        status.Should().Be(HttpStatusCode.OK);
        html.Should().Contain("Key expires soon").And.Contain("&lt;script&gt;alert(1)&lt;/script&gt;")
            .And.Contain($"<a href=\"/dashboard/keys/{key.Key.Id}\">&lt;i&gt;key&lt;/i&gt;</a>")
            .And.Contain(">Acknowledge</button>").And.NotContain("<script>alert").And.NotContain("<i>key");
    }

    [Fact]
    public async Task Acknowledge_OpenAlert_MovesItToAll()
    {
        await using var host = await StartAsync();
        await RaiseAsync(host, "1", null, "something");

        var (status, _, location) = await host.SubmitAsync("/alerts", "/alerts/1/acknowledge");

        (status, location).Should().Be((HttpStatusCode.SeeOther, "/dashboard/alerts?done=acknowledged"));
        (await host.GetAsync("/alerts?done=acknowledged")).Html.Should().Contain("No open alerts")
            .And.Contain("Alert acknowledged.");
        (await host.GetAsync("/alerts?show=all")).Html.Should().Contain("something").And.Contain("Acknowledged")
            .And.NotContain(">Acknowledge</button>");
    }

    [Fact]
    public async Task Acknowledge_AlertOfAnotherWorkspace_IsNotFound()
    {
        await using var host = await StartAsync();
        await RaiseAsync(host, "1", null, "theirs", "other");

        (await host.SubmitAsync("/alerts", "/alerts/1/acknowledge")).Status.Should().Be(HttpStatusCode.NotFound);
        (await host.GetAsync("/alerts?show=all")).Html.Should().NotContain("theirs");
    }

    [Fact]
    public async Task Show_MoreThanAPage_LeadsOlderAndNewer()
    {
        await using var host = await StartAsync();
        for (var alert = 0; alert < 120; alert++)
        {
            await RaiseAsync(host, $"a{alert:000}", null, $"number {alert:000}");
        }

        var first = (await host.GetAsync("/alerts")).Html;
        var second = (await host.GetAsync(Link(first, "Older"))).Html;
        var third = (await host.GetAsync(Link(second, "Older"))).Html;

        first.Should().Contain("number 119").And.Contain("number 070").And.NotContain("number 069").And.NotContain(">Newer<");
        second.Should().Contain("number 069").And.Contain("number 020").And.NotContain("number 019");
        third.Should().Contain("number 019").And.NotContain(">Older<");
        (await host.GetAsync(Link(third, "Newer"))).Html.Should().Contain("number 069").And.NotContain("number 019");
        Link(second, "Newer").Should().Be("/alerts");
    }

    [Fact]
    public async Task AddWebhook_ValidAddress_ShowsTheSecretOnceAndAReloadAddsNothing()
    {
        await using var host = await StartAsync();

        var (status, html, _) = await host.SubmitAsync("/alerts", "/alerts/webhooks", ("url", Hook));
        var (reloaded, again, _) = await host.SubmitAsync("/alerts", "/alerts/webhooks", ("url", Hook), ("newest", "none"));

        status.Should().Be(HttpStatusCode.OK);
        var secret = Secret().Match(html).Value;
        secret.Should().NotBeEmpty();
        html.Should().Contain("data-secret-page=\"/dashboard/alerts\"").And.Contain("won't be shown again");
        reloaded.Should().Be(HttpStatusCode.PreconditionFailed);
        again.Should().Contain(Hook).And.NotContain(secret);
        (await host.Alerts.ListWebhooksAsync("acme", null, 10, Token)).Should().ContainSingle();
        (await host.GetAsync("/alerts")).Html.Should().Contain(Hook).And.Contain("In use").And.NotContain(secret);
    }

    [Fact]
    public async Task AddWebhook_WrongAddress_IsUnprocessableWithItsInput()
    {
        await using var host = await StartAsync();

        var (status, html, _) = await host.SubmitAsync("/alerts", "/alerts/webhooks", ("url", "ftp://\"<b>"));

        status.Should().Be(HttpStatusCode.UnprocessableEntity);
        html.Should().Contain("<title>Error: Alerts").And.Contain("value=\"ftp://&quot;&lt;b&gt;\"")
            .And.Contain("id=\"url-error\"");
    }

    [Fact]
    public async Task DeleteWebhook_Confirmed_DeletesIt()
    {
        await using var host = await StartAsync();
        await host.SubmitAsync("/alerts", "/alerts/webhooks", ("url", Hook));
        var id = (await host.Alerts.ListWebhooksAsync("acme", null, 10, Token))[0].Id;
        var path = $"/alerts/webhooks/{id}/delete";

        (await host.GetAsync(path, People.Other)).Status.Should().Be(HttpStatusCode.NotFound);
        (await host.GetAsync(path)).Html.Should().Contain(Hook).And.Contain("Cancel");
        var (status, _, location) = await host.SubmitAsync(path, path);

        (status, location).Should().Be((HttpStatusCode.SeeOther, "/dashboard/alerts?done=webhook-deleted"));
        (await host.Alerts.ListWebhooksAsync("acme", null, 10, Token)).Should().BeEmpty();
    }

    [Fact]
    public async Task Show_ReadOnlyUser_HasNoButtonsAndNoAddressesOfWebhooks()
    {
        await using var host = await StartAsync();
        await RaiseAsync(host, "1", null, "something");
        await host.SubmitAsync("/alerts", "/alerts/webhooks", ("url", Hook));

        (await host.GetAsync("/alerts", People.Reader)).Main.Should().Contain("something").And.NotContain(Hook)
            .And.NotContain("<button").And.NotContain(">Delete</a>");
        (await host.GetAsync("/audit", People.Reader)).Main.Should().Contain("Added a webhook").And.NotContain(Hook);
        (await host.GetAsync("/audit/export", People.Reader)).Html.Should().Contain("webhook.create").And.NotContain(Hook);
    }

    [Fact]
    public async Task Show_OwnerBoundUser_IsForbidden()
    {
        await using var host = await StartAsync();

        (await host.GetAsync("/alerts", People.Ada)).Status.Should().Be(HttpStatusCode.Forbidden);
    }

    private static Task<DashboardHost> StartAsync()
        => DashboardHost.StartAsync(keys: options => options.Webhooks.AllowPrivateTargets = true);

    private static string Link(string html, string text)
        => WebUtility.HtmlDecode(Regex.Match(html, $"href=\"/dashboard([^\"]*)\">{text}<").Groups[1].Value);

    private static async Task RaiseAsync(
        DashboardHost host, string id, string? keyId, string message, string workspace = People.Workspace)
        => (await host.Alerts.AddAlertAsync(
            new ApiKeyAlert
            {
                Id = id,
                Workspace = workspace,
                Kind = ApiKeyAlertKinds.KeyExpiring,
                DeduplicationKey = id,
                KeyId = keyId,
                Message = message,
                RaisedAt = DashboardHost.Start,
            },
            [],
            Token)).Should().BeTrue();

    [GeneratedRegex("whsec_[A-Za-z0-9+/=]+")]
    private static partial Regex Secret();
}
