using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc.Testing.Handlers;

namespace HirePanda.ApiKeys.Tests;

/// <summary>A browser: it keeps cookies and posts forms with their hidden fields. It does not follow redirects.</summary>
internal sealed partial class Browser : IDisposable
{
    public const string SessionCookie = "HirePanda.Session";

    private readonly HttpClient _client;

    /// <summary>Opens a browser.</summary>
    /// <param name="address">The address of the application.</param>
    /// <param name="server">The handler of a server in memory, or null to use the network.</param>
    /// <param name="cookies">The cookies, or null to start without any.</param>
    public Browser(Uri address, HttpMessageHandler? server = null, CookieContainer? cookies = null)
    {
        Cookies = cookies ?? new CookieContainer();
        var inner = server ?? new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false };
        _client = new HttpClient(new CookieContainerHandler(Cookies) { InnerHandler = inner }) { BaseAddress = address };
    }

    public CookieContainer Cookies { get; }

    public bool IsSignedIn => Cookies.GetCookies(_client.BaseAddress!)[SessionCookie] is { Value.Length: > 0, Expired: false };

    public static async Task<string> FieldAsync(HttpResponseMessage page, string name)
        => WebUtility.HtmlDecode(
            Field().Matches(await page.TextAsync()).First(field => field.Groups["name"].Value == name).Groups["value"].Value);

    public static Task<string> TokenAsync(HttpResponseMessage page) => FieldAsync(page, "__RequestVerificationToken");

    public Task<HttpResponseMessage> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? content = null, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        change?.Invoke(request);
        return await _client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] fields)
        => SendAsync(
            HttpMethod.Post, path,
            new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))));

    /// <summary>Opens the login page, fills in the form, and posts it.</summary>
    public async Task<HttpResponseMessage> SignInAsync(string email, string password, string returnUrl = "/dashboard")
    {
        using var page = await GetAsync($"/login?returnUrl={Uri.EscapeDataString(returnUrl)}");
        return await PostAsync(
            "/login",
            ("__RequestVerificationToken", await TokenAsync(page)),
            ("returnUrl", await FieldAsync(page, "returnUrl")),
            ("email", email),
            ("password", password));
    }

    public void Dispose() => _client.Dispose();

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]*)\" value=\"(?<value>[^\"]*)\"")]
    private static partial Regex Field();
}
