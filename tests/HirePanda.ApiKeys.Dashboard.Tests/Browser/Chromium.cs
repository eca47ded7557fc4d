using HirePanda.ApiKeys.Dashboard.Tests;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>One browser for all tests. Each test opens its own session in it.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private readonly SemaphoreSlim _start = new(1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Opens a session without cookies.</summary>
    /// <param name="address">The address to start from.</param>
    /// <param name="script">Whether script runs.</param>
    /// <param name="dark">Whether the dark theme is preferred.</param>
    /// <param name="width">The width of the window in pixels.</param>
    /// <param name="person">The person of the test host, or null for none.</param>
    /// <param name="app">The address of an app, or null. Pages may call this address and the first one, and no other.</param>
    internal async Task<BrowserSession> OpenAsync(
        string address, bool script = true, bool dark = false, int width = 1280, string? person = null,
        string? app = null)
    {
        var browser = await StartAsync();
        var context = await browser.NewContextAsync(new()
        {
            BaseURL = address,
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            JavaScriptEnabled = script,
            Permissions = ["clipboard-read", "clipboard-write"],
            ViewportSize = new() { Width = width, Height = 800 },
            ExtraHTTPHeaders = person is null ? null : new Dictionary<string, string> { [PersonHandler.Field] = person },
        });
        context.SetDefaultTimeout(30_000);
        return await BrowserSession.CreateAsync(context, app is null ? [address] : [address, app]);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        _start.Dispose();
    }

    private async Task<IBrowser> StartAsync()
    {
        await _start.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            _playwright ??= await Playwright.CreateAsync();
            return _browser ??= await _playwright.Chromium.LaunchAsync(new()
            {
                ExecutablePath = "/usr/bin/chromium",

                // Root, as in a container, has no sandbox.
                Args = ["--no-sandbox", "--disable-dev-shm-usage"],
            });
        }
        finally
        {
            _start.Release();
        }
    }
}
