using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>Uses the sample as its owner does: with the login that its first start prints.</summary>
internal static partial class SampleLogin
{
    public static async Task<BrowserSession> OpenDashboardAsync(this RunningSample sample, Chromium chromium, bool script = true)
    {
        var session = await chromium.OpenAsync(sample.App.Address, script);
        var (email, password) = sample.GetLogin();
        await session.SignInAsync(email, password);
        return session;
    }

    /// <summary>Gets the login of the owner.</summary>
    public static (string Email, string Password) GetLogin(this RunningSample sample)
    {
        var login = Login().Match(sample.App.Output);
        return (login.Groups["email"].Value, login.Groups["password"].Value);
    }

    /// <summary>Calls the API with a secret.</summary>
    public static async Task<HttpStatusCode> CallAsync(this RunningSample sample, string secret)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/jobs");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        using var response = await sample.App.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    [GeneratedRegex("^Dashboard login: (?<email>\\S+) (?<password>\\S+)$", RegexOptions.Multiline)]
    private static partial Regex Login();
}
