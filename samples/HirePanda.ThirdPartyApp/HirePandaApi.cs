using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;

namespace HirePanda.ThirdPartyApp;

/// <summary>Calls the API of HirePanda for the signed-in person.</summary>
internal sealed class HirePandaApi(HttpClient http, IOptionsMonitor<OpenIdConnectOptions> options)
{
    /// <summary>Reads the titles of the jobs. If the token has expired, refreshes it and tries once more.</summary>
    /// <returns>The titles, or null if the person must sign in again.</returns>
    /// <exception cref="HttpRequestException">HirePanda does not answer at the moment.</exception>
    public async Task<string[]?> GetJobsAsync(HttpContext context)
    {
        var response = await SendAsync(context);
        if (response.StatusCode == HttpStatusCode.Unauthorized && await RefreshAsync(context))
        {
            response = await SendAsync(context);
        }

        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            return null;
        }

        var jobs = await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement[]>(context.RequestAborted);
        return Array.ConvertAll(jobs!, job => job.GetProperty("title").GetString()!);
    }

    /// <summary>Exchanges the refresh token for new tokens, and keeps them in the cookie.</summary>
    /// <returns>
    /// False if the refresh token or the app is not accepted, for example because the person withdrew the access.
    /// </returns>
    /// <exception cref="HttpRequestException">HirePanda does not answer at the moment. The tokens stay valid.</exception>
    public async Task<bool> RefreshAsync(HttpContext context)
    {
        var session = await context.AuthenticateAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        var app = options.Get(OpenIdConnectDefaults.AuthenticationScheme);
        var server = await app.ConfigurationManager!.GetConfigurationAsync(context.RequestAborted);
        using var response = await http.PostAsync(
            server.TokenEndpoint,
            new FormUrlEncodedContent(new Dictionary<string, string?>
            {
                ["grant_type"] = "refresh_token",
                ["refresh_token"] = session.Properties!.GetTokenValue("refresh_token"),
                ["client_id"] = app.ClientId,
                ["client_secret"] = app.ClientSecret,
            }),
            context.RequestAborted);
        if (response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized)
        {
            await context.SignOutAsync();
            return false;
        }

        var tokens = await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(context.RequestAborted);
        session.Properties!.UpdateTokenValue("access_token", tokens.GetProperty("access_token").GetString()!);
        session.Properties!.UpdateTokenValue("refresh_token", tokens.GetProperty("refresh_token").GetString()!);
        await context.SignInAsync(session.Principal!, session.Properties);
        return true;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpContext context)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/jobs");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await context.GetTokenAsync("access_token"));
        return await http.SendAsync(request, context.RequestAborted);
    }
}
