using System.Collections.Concurrent;
using System.Net;
using Microsoft.Playwright;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>Settings → API Keys → Generate New API Key, as the product's documentation says it.</summary>
public sealed class GenerateJourneyTests(Chromium chromium, RunningSample sample) : IClassFixture<RunningSample>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Generate_TheSecretThatIsShownWorks(bool script)
    {
        await using var session = await sample.OpenDashboardAsync(chromium, script);
        await session.Link("Settings").ClickAsync();
        await session.LinkInMain("API Keys").ClickAsync();
        var secret = await GenerateAsync(session, $"Journey {script}");

        if (script)
        {
            await session.Button("Copy").First.ClickAsync();
            (await session.Page.EvaluateAsync<string>("navigator.clipboard.readText()")).Should().Be(secret);
        }

        (await sample.CallAsync(secret)).Should().Be(HttpStatusCode.OK);
        await session.Link("I have saved it").ClickAsync();
        await session.LinkInMain("Rotate").Or(session.Button("Rotate")).First.WaitForAsync();
        (await session.Page.ContentAsync()).Should().NotContain(secret);
        sample.App.Output.Should().NotContain(secret);
        session.ShouldBeClean();
    }

    [Fact]
    public async Task Secret_IsGoneOnBackForwardAndReload()
    {
        await using var session = await sample.OpenDashboardAsync(chromium);
        session.Page.Dialog += (_, dialog) => dialog.AcceptAsync();
        await session.Page.GotoAsync("/dashboard/keys");
        var secret = await GenerateAsync(session, "History");
        session.Page.Url.Should().NotContain(secret);

        await session.Page.ReloadAsync();
        (await session.Page.ContentAsync()).Should().NotContain(secret, "a reload shows the key's page");
        await session.Page.GotoAsync("/dashboard/settings");
        await session.Page.GoBackAsync();
        (await session.Page.ContentAsync()).Should().NotContain(secret);
        await session.Page.GoForwardAsync();
        (await session.Page.ContentAsync()).Should().NotContain(secret);
        session.ShouldBeClean();
    }

    [Fact]
    public async Task Secret_LeftWithoutReload_IsGoneOnBack()
    {
        await using var session = await sample.OpenDashboardAsync(chromium);
        session.Page.Dialog += (_, dialog) => dialog.AcceptAsync();
        await session.Page.GotoAsync("/dashboard/keys");
        var secret = await GenerateAsync(session, "Back");

        await session.Link("Audit log").ClickAsync();
        await session.Heading("Audit log").WaitForAsync();
        await session.Page.GoBackAsync();

        (await session.Page.ContentAsync()).Should().NotContain(secret);
        var isShown = await session.Page.EvaluateAsync<bool>(
            "secret => [...document.querySelectorAll('input')].some(input => input.value === secret)", secret);
        isShown.Should().BeFalse();
        session.ShouldBeClean();
    }

    [Fact]
    public async Task Secret_ReloadedWithoutScript_IsNotMadeTwice()
    {
        await using var session = await sample.OpenDashboardAsync(chromium, script: false);
        await session.Page.GotoAsync("/dashboard/keys");
        var secret = await GenerateAsync(session, "Only once");

        session.Expect(session.Page.Url);
        await session.Page.ReloadAsync();
        (await session.Page.ContentAsync()).Should().NotContain(secret);
        await session.Page.GotoAsync("/dashboard/keys?name=Only+once");

        (await session.LinkInMain("Only once").CountAsync()).Should().Be(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Secret_IsInNoAddressAndNoReferer(bool script)
    {
        await using var session = await sample.OpenDashboardAsync(chromium, script);
        session.Page.Dialog += (_, dialog) => dialog.AcceptAsync();
        var (addresses, referers) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        session.Page.Request += (_, request) =>
        {
            addresses.Enqueue(request.Url);
            referers.Enqueue(request.Headers.GetValueOrDefault("referer", ""));
        };
        await session.Page.GotoAsync("/dashboard/keys");
        var secret = await GenerateAsync(session, "Traces");
        await session.Link("Usage").ClickAsync();
        await session.Heading("Usage").WaitForAsync();

        addresses.Should().NotContain(url => url.Contains(secret)).And.Contain(url => url.EndsWith("/keys/new"));
        referers.Should().NotContain(url => url.Contains(secret)).And.Contain(url => url.EndsWith("/keys/new"));
        session.ShouldBeClean();
    }

    private static async Task<string> GenerateAsync(BrowserSession session, string name)
    {
        await session.LinkInMain("Generate New API Key").First.ClickAsync();
        await session.Field("Name").FillAsync(name);
        await session.Button("Generate New API Key").ClickAsync();
        var field = session.Get(AriaRole.Textbox, "API key");
        await field.WaitForAsync();
        (await session.Page.ContentAsync()).Should().Contain("won't be shown again");
        var secret = await field.InputValueAsync();
        secret.Should().StartWith("hp_");
        return secret;
    }
}
