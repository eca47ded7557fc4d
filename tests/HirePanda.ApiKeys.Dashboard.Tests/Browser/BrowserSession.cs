using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>
/// One page in a browser, which collects what must not happen: violations of the policy, errors on the console, and requests to
/// another host. A test checks that at its end.
/// </summary>
internal sealed class BrowserSession : IAsyncDisposable
{
    private const string Collect =
        "document.addEventListener('securitypolicyviolation', e => reportViolation(`${e.violatedDirective} ${e.blockedURI}`));";

    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly ConcurrentDictionary<string, bool> _refusals = new();

    private BrowserSession(IBrowserContext context, IPage page) => (_context, Page) = (context, page);

    public IPage Page { get; }

    /// <summary>Gets what must not happen and has happened.</summary>
    public IReadOnlyCollection<string> Faults => [.. _faults];

    public static async Task<BrowserSession> CreateAsync(IBrowserContext context, params string[] addresses)
    {
        var session = new BrowserSession(context, await context.NewPageAsync());
        await context.ExposeFunctionAsync<string>("reportViolation", text => session._faults.Enqueue($"policy: {text}"));
        await context.AddInitScriptAsync(Collect);
        session.Page.Console += (_, message) =>
        {
            // Chromium reports a page with an error status as an error of the console.
            if (message.Type == "error" && !session._refusals.Keys.Any(url
                => message.Location.StartsWith(url + ":", StringComparison.Ordinal)))
            {
                session._faults.Enqueue($"console: {message.Text} {message.Location}");
            }
        };
        session.Page.PageError += (_, error) => session._faults.Enqueue($"error: {error}");
        session.Page.Request += (_, request) =>
        {
            if (!addresses.Any(address => request.Url.StartsWith(address + "/", StringComparison.Ordinal))
                && !request.Url.StartsWith("data:", StringComparison.Ordinal))
            {
                session._faults.Enqueue($"foreign: {request.Url}");
            }
        };
        return session;
    }

    /// <summary>Opens an address that answers with an error page on purpose.</summary>
    public async Task GotoErrorAsync(string url, int status)
    {
        Expect(url);
        (await Page.GotoAsync(url))!.Status.Should().Be(status);
    }

    /// <summary>Allows an address, such as that of a form, to answer with an error status.</summary>
    public void Expect(string url) => _refusals[url] = true;

    /// <summary>Gets a field, button, link or other part by its role and its exact name.</summary>
    public ILocator Get(AriaRole role, string name) => Page.GetByRole(role, new() { Name = name, Exact = true });

    public ILocator Link(string name) => Get(AriaRole.Link, name);

    public ILocator Button(string name) => Get(AriaRole.Button, name);

    public ILocator Field(string name) => Page.GetByLabel(name, new() { Exact = true });

    public ILocator Heading(string name) => Get(AriaRole.Heading, name);

    /// <summary>Gets a link in the content of the page, not in its navigation.</summary>
    public ILocator LinkInMain(string name)
        => Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

    /// <summary>Signs in to the dashboard of the sample.</summary>
    public async Task SignInAsync(string email, string password)
    {
        await Page.GotoAsync("/dashboard");
        await FillInLoginAsync(email, password);
        await Heading("Overview").WaitForAsync();
    }

    /// <summary>Fills in the login form of the sample, and sends it.</summary>
    public async Task FillInLoginAsync(string email, string password)
    {
        await Field("Email").FillAsync(email);
        await Field("Password").FillAsync(password);
        await Button("Sign in").ClickAsync();
    }

    public void ShouldBeClean() => Faults.Should().BeEmpty();

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}
