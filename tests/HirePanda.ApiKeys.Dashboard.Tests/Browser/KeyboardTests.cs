using System.Net;
using Microsoft.Playwright;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>From the skip link to the copied secret without a mouse, with a visible focus at every step.</summary>
public sealed class KeyboardTests(Chromium chromium, RunningSample sample) : IClassFixture<RunningSample>
{
    private const int MaxSteps = 80;

    private const string Focused = """
        (() => {
          const element = document.activeElement;
          const style = getComputedStyle(element);
          const name = element.labels?.[0]?.innerText || element.innerText || element.value || '';
          return [name.trim(), style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 ? 'visible' : 'hidden'];
        })()
        """;

    [Fact]
    public async Task Generate_WithTheKeyboardAlone()
    {
        await using var session = await sample.OpenDashboardAsync(chromium);
        var page = session.Page;
        await page.GotoAsync("/dashboard/");

        await page.Keyboard.PressAsync("Tab");
        (await FocusAsync(page)).Name.Should().Be("Skip to content");
        await page.Keyboard.PressAsync("Enter");
        (await page.EvaluateAsync<string>("document.activeElement.id")).Should().Be("main");
        await page.GotoAsync("/dashboard/");
        foreach (var name in new[] { "Settings", "API Keys", "Generate New API Key" })
        {
            await TabToAsync(page, name);
            await page.Keyboard.PressAsync("Enter");
            await page.GetByRole(AriaRole.Heading, new() { Name = name, Level = 1 }).WaitForAsync();
        }

        await TabToAsync(page, "Name");
        await page.Keyboard.TypeAsync("By keyboard");
        await page.Keyboard.PressAsync("Enter");
        await session.Get(AriaRole.Textbox, "API key").WaitForAsync();
        await TabToAsync(page, "Copy");
        await page.Keyboard.PressAsync("Enter");

        await page.GetByText("Copied").First.WaitForAsync();
        var secret = await page.EvaluateAsync<string>("navigator.clipboard.readText()");
        (await sample.CallAsync(secret)).Should().Be(HttpStatusCode.OK);
        session.ShouldBeClean();
    }

    private static async Task TabToAsync(IPage page, string name)
    {
        for (var step = 0; step < MaxSteps; step++)
        {
            await page.Keyboard.PressAsync("Tab");
            var focus = await FocusAsync(page);
            focus.IsVisible.Should().BeTrue($"the focus on '{focus.Name}' must be visible");
            if (focus.Name == name)
            {
                return;
            }
        }

        throw new InvalidOperationException($"The keyboard does not reach '{name}' at {page.Url}.");
    }

    private static async Task<(string Name, bool IsVisible)> FocusAsync(IPage page)
    {
        var focus = await page.EvaluateAsync<string[]>(Focused);
        return (focus[0], focus[1] == "visible" || focus[0].Length == 0);
    }
}
