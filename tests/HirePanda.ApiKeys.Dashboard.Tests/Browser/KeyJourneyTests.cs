using System.Net;
using Microsoft.Playwright;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>What people do with a key that they have: each time the API is called before and after.</summary>
public sealed class KeyJourneyTests(Chromium chromium)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rotate_BothSecretsWork_AndThePageSaysWhenTheOldOneCanGo(bool script)
    {
        await using var host = await DashboardHost.StartAsync(forBrowser: true);
        var (key, old) = await host.CreateKeyAsync();
        await using var session = await chromium.OpenAsync(host.Address, script, person: People.Owner);
        await session.Page.GotoAsync("/dashboard/keys");
        await session.LinkInMain(key.Name).ClickAsync();
        await session.Link("Rotate").ClickAsync();
        (await session.Get(AriaRole.Radio, "In 24 hours").IsCheckedAsync()).Should().BeTrue();
        await session.Button("Rotate").ClickAsync();
        var secret = await session.Get(AriaRole.Textbox, "API key").InputValueAsync();
        secret.Should().StartWith("hp_").And.NotBe(old);

        (await host.CallAsync(old)).Should().Be(HttpStatusCode.OK);
        (await host.CallAsync(secret)).Should().Be(HttpStatusCode.OK);
        await session.Link("I have saved it").ClickAsync();
        await session.Link(key.Id).ClickAsync();
        await session.Page.GetByText("Not yet safe to revoke.").WaitForAsync();
        (await session.Page.ContentAsync()).Should().Contain("Old secret: 1 request in the last hour").And.NotContain(secret);

        host.Time.Advance(TimeSpan.FromMinutes(190));
        await session.Page.ReloadAsync();
        await session.Page.GetByText("Safe to revoke now.").WaitForAsync();
        (await host.CallAsync(old)).Should().Be(HttpStatusCode.OK, "it is safe to revoke, but nobody has");
        host.Time.Advance(TimeSpan.FromHours(21));
        (await host.CallAsync(old)).Should().Be(HttpStatusCode.Unauthorized, "the 24 hours are over");
        (await host.CallAsync(secret)).Should().Be(HttpStatusCode.OK);
        host.Logs.All.Should().NotContain(secret);
        session.ShouldBeClean();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Disable_StopsTheKeyAtOnce_AndEnableAdmitsItAgain(bool script)
    {
        await using var host = await DashboardHost.StartAsync(forBrowser: true);
        var (key, secret) = await host.CreateKeyAsync();
        await using var session = await chromium.OpenAsync(host.Address, script, person: People.Owner);
        await session.Page.GotoAsync("/dashboard/keys/" + key.Id);
        (await host.CallAsync(secret)).Should().Be(HttpStatusCode.OK);

        await session.Button("Disable").ClickAsync();
        await session.Button("Enable").WaitForAsync();
        (await host.CallAsync(secret)).Should().Be(HttpStatusCode.Unauthorized);

        await session.Button("Enable").ClickAsync();
        await session.Button("Disable").WaitForAsync();
        (await host.CallAsync(secret)).Should().Be(HttpStatusCode.OK);
        session.ShouldBeClean();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Revoke_AKeyInUse_NeedsItsName_AndThenItFailsForGood(bool script)
    {
        await using var host = await DashboardHost.StartAsync(forBrowser: true);
        var (key, secret) = await host.CreateKeyAsync();
        (await host.CallAsync(secret)).Should().Be(HttpStatusCode.OK);
        await using var session = await chromium.OpenAsync(host.Address, script, person: People.Owner);
        await session.Page.GotoAsync("/dashboard/keys/" + key.Id);
        await session.Link("Revoke").ClickAsync();
        var confirmation = session.Field("Type the key's name to confirm");
        await confirmation.WaitForAsync();
        (await session.Page.EvaluateAsync<string>("document.activeElement.textContent")).Should().Be("Cancel");

        session.Expect($"{host.Address}/dashboard/keys/{key.Id}/revoke");
        await confirmation.FillAsync("checkout");
        await session.Button("Revoke").ClickAsync();
        await session.Heading("The key was not revoked").WaitForAsync();
        (await session.Page.TitleAsync()).Should().StartWith("Error:");
        (await host.CallAsync(secret)).Should().Be(HttpStatusCode.OK);

        await confirmation.FillAsync(key.Name);
        await session.Button("Revoke").ClickAsync();
        await session.Page.WaitForURLAsync("**?done=revoked");
        (await host.CallAsync(secret)).Should().Be(HttpStatusCode.Unauthorized);
        (await session.Link("Rotate").CountAsync()).Should().Be(0);
        session.ShouldBeClean();
    }
}
