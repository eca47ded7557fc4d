using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace HirePanda.Api.Tests;

/// <summary>The credentials of one workspace: keys, tokens, and JWTs of each tier, and the session of an administrator.</summary>
internal sealed class CredentialSet : IDisposable
{
    private static readonly string[] _tiers = ["read", "write", "admin"];

    private readonly OAuthHost _host;
    private readonly Browser _person;
    private readonly Dictionary<(string Credential, string Tier), string> _secrets = [];

    private CredentialSet(OAuthHost host, Browser person) => (_host, _person) = (host, person);

    /// <summary>Gets the starts of the ids that the usage of the administrators' credentials is counted under.</summary>
    public Dictionary<string, string> Clients { get; } = new() { ["jwt"] = OtherIssuer.Client, ["cookie"] = "user:" };

    public static async Task<CredentialSet> CreateAsync(OAuthHost host)
    {
        var set = new CredentialSet(host, await host.SignInAsync());
        using var other = await host.SignInAsync("other@hirepanda.test");
        var app = await host.RegisterAsync(scopes: "offline_access read write admin");
        set.Clients["token"] = app.Id;
        foreach (var tier in _tiers)
        {
            using var created = await host.CallAsync(
                HttpMethod.Post, "/api/v1/api-keys", new { name = tier, type = "production", tier });
            var key = await created.JsonAsync();
            set._secrets[("key", tier)] = key.GetProperty("secret").GetString()!;
            set.Clients["key"] = key.GetProperty("id").GetString()!;
            set._secrets[("token", tier)] = (await host.GetTokensAsync(other, app, $"offline_access {tier}")).Access;
            set._secrets[("jwt", tier)] = OtherIssuer.CreateToken(tier, "acme");
        }

        return set;
    }

    /// <summary>Calls with a credential. A tier "broken" is a credential whose last characters were changed.</summary>
    public async Task<HttpResponseMessage> CallAsync(string credential, string tier, string method, string path)
    {
        var content = method == "POST" ? JsonContent.Create(new { title = "Gardener" }) : null;
        if (credential == "cookie" && tier == "admin")
        {
            return await _person.SendAsync(new HttpMethod(method), path, content);
        }

        using var client = _host.Open();
        return await client.SendAsync(new HttpMethod(method), path, content, request =>
        {
            if (credential == "cookie")
            {
                request.Headers.Add("Cookie", $"{Browser.SessionCookie}=broken");
            }
            else if (credential != "none")
            {
                var secret = _secrets[(credential, tier == "broken" ? "admin" : tier)];
                request.Headers.Authorization = new AuthenticationHeaderValue(
                    "Bearer", tier == "broken" ? secret[..^4] + "AAAA" : secret);
            }
        });
    }

    public void Dispose() => _person.Dispose();
}
