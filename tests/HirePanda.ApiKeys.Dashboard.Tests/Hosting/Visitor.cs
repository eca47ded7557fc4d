using System.Net;
using System.Text.RegularExpressions;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>A person with the cookies of a browser, but without its script. Redirects are not followed.</summary>
internal sealed partial class Visitor(HttpMessageHandler handler, string? person) : IDisposable
{
    private static readonly Uri _origin = new("http://localhost/");

    private readonly HttpMessageInvoker _client = new(handler);

    /// <summary>Gets the cookies, which another visitor can be given.</summary>
    public CookieContainer Cookies { get; init; } = new();

    /// <summary>Gets the form token of the last page that had one.</summary>
    public (string Field, string Value) Token { get; set; }

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] fields)
        => SendAsync(HttpMethod.Get, path, null, fields);

    /// <summary>Posts a form with the token of the last page.</summary>
    public Task<HttpResponseMessage> PostAsync(
        string path, IEnumerable<(string Name, string Value)>? form = null, params (string Name, string Value)[] fields)
        => SendAsync(HttpMethod.Post, path, [.. form ?? [], Token], fields);

    /// <summary>Posts a form without a token.</summary>
    public Task<HttpResponseMessage> PostWithoutTokenAsync(string path) => SendAsync(HttpMethod.Post, path, [("a", "b")]);

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, (string Name, string Value)[]? form, params (string Name, string Value)[] fields)
    {
        var address = new Uri(_origin, path);
        using var request = new HttpRequestMessage(method, address);
        foreach (var (name, value) in fields)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (person is not null)
        {
            request.Headers.Add(PersonHandler.Field, person);
        }

        if (Cookies.GetCookieHeader(address) is { Length: > 0 } cookies)
        {
            request.Headers.Add("Cookie", cookies);
        }

        request.Content = form is null
            ? null
            : new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name ?? "none", field.Value)));
        var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        foreach (var cookie in response.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
        {
            Cookies.SetCookies(address, cookie);
        }

        if (response.Content.Headers.ContentType?.MediaType == "text/html"
            && HiddenField().Match(await response.TextAsync()) is { Success: true } field)
        {
            Token = (field.Groups["name"].Value, field.Groups["value"].Value);
        }

        return response;
    }

    public void Dispose() => _client.Dispose();

    /// <summary>The token is the only hidden field with a value this long.</summary>
    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]+)\" value=\"(?<value>[^\"]{60,})\"")]
    private static partial Regex HiddenField();
}

/// <summary>Reads responses.</summary>
internal static class Responses
{
    public static Task<string> TextAsync(this HttpResponseMessage response)
        => response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

    public static string? Header(this HttpResponseMessage response, string name)
        => response.Headers.NonValidated.TryGetValues(name, out var values)
            || response.Content.Headers.NonValidated.TryGetValues(name, out values)
            ? values.ToString()
            : null;
}
