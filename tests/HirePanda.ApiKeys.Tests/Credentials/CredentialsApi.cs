using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace HirePanda.ApiKeys.Tests;

/// <summary>An application that accepts JWTs and a login cookie beside keys.</summary>
internal static class CredentialsApi
{
    public const string Issuer = "https://issuer.example";
    public const string Partner = "https://partner.example";
    public const string Audience = "jobs";
    public const string Client = "app_1";

    private static readonly SymmetricSecurityKey _signingKey = new(RandomNumberGenerator.GetBytes(32));

    /// <summary>
    /// Starts the application with the endpoints of <see cref="TestApi"/>, management at /keys, /login, which signs in with the
    /// claims of its query, and /who, which shows the caller.
    /// </summary>
    public static Task<TestApi> StartAsync(
        Action<ApiKeyOptions>? options = null,
        Action<ApiKeyBuilder>? accept = null,
        Action<WebApplicationBuilder>? services = null,
        string? defaultScheme = null) => TestApi.StartAsync(
        options,
        builder =>
        {
            var authentication = defaultScheme is null
                ? builder.Services.AddAuthentication()
                : builder.Services.AddAuthentication(defaultScheme);
            authentication.AddJwtBearer(bearer => Configure(bearer, Issuer))
                .AddJwtBearer("Partner", bearer => Configure(bearer, Partner))
                .AddCookie();
            (accept ?? Accept)(builder.Services.AddHirePandaApiKeys());
            services?.Invoke(builder);
        },
        app =>
        {
            app.MapHirePandaApiKeys("/keys");
            app.MapGet("/login", async (HttpContext context) => await context.SignInAsync(
                CookieAuthenticationDefaults.AuthenticationScheme,
                new ClaimsPrincipal(new ClaimsIdentity(
                    context.Request.Query.SelectMany(pair => pair.Value, (pair, value) => new Claim(pair.Key, value!)),
                    "login",
                    "name",
                    "role"))));
            app.MapGet("/who", (ClaimsPrincipal user) => string.Join(
                    ' ', user.Identity?.Name, user.FindFirstValue("workspace"), user.FindFirstValue("scope")))
                .RequireAuthorization("read");
        });

    /// <summary>Accepts both schemes.</summary>
    public static void Accept(ApiKeyBuilder keys) => keys
        .AcceptScheme(JwtBearerDefaults.AuthenticationScheme)
        .AcceptScheme(CookieAuthenticationDefaults.AuthenticationScheme);

    /// <summary>Creates a JWT.</summary>
    /// <param name="scope">The scope, or null for none.</param>
    /// <param name="change">Changes the token before it is signed.</param>
    public static string Jwt(string? scope, Action<SecurityTokenDescriptor>? change = null)
    {
        var token = new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Audience,
            NotBefore = TestApi.Start.UtcDateTime.AddMinutes(-1),
            IssuedAt = TestApi.Start.UtcDateTime.AddMinutes(-1),
            Expires = TestApi.Start.UtcDateTime.AddHours(1),
            SigningCredentials = new SigningCredentials(_signingKey, SecurityAlgorithms.HmacSha256),
            Claims = new Dictionary<string, object>
            {
                ["sub"] = "ada",
                ["client_id"] = Client,
                ["workspace"] = TestApi.Workspace,
            },
        };
        if (scope is not null)
        {
            token.Claims["scope"] = scope;
        }

        change?.Invoke(token);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(token);
    }

    /// <summary>Signs in, and returns the cookie.</summary>
    public static async Task<string> CookieAsync(
        this TestApi api, string? scope, string query = "sub=ada&workspace=acme&name=Ada")
    {
        using var response = await api.GetAsync($"/login?{query}{(scope is null ? "" : $"&scope={scope}")}");
        return string.Join("; ", response.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]));
    }

    /// <summary>Sends a request with a credential: a bearer token, a cookie, or none.</summary>
    public static Task<HttpResponseMessage> CallAsync(
        this TestApi api,
        string path,
        Credentials credential,
        HttpMethod? method = null,
        object? body = null,
        string? address = null,
        Action<HttpRequestMessage>? change = null)
        => api.SendAsync(method ?? HttpMethod.Get, path, credential.Token, body, address, request =>
        {
            if (credential.Cookie is not null)
            {
                request.Headers.Add("Cookie", credential.Cookie);
            }

            change?.Invoke(request);
        });

    /// <summary>Gets a credential of a kind: key, jwt, or cookie.</summary>
    public static async Task<Credentials> CredentialAsync(this TestApi api, string kind, string? tier) => kind switch
    {
        "key" => new(api.Secret(tier), null),
        "jwt" => new(Jwt(tier), null),
        _ => new(null, await api.CookieAsync(tier)),
    };

    private static void Configure(JwtBearerOptions bearer, string issuer)
    {
        bearer.TokenValidationParameters = new TokenValidationParameters
        {
            ValidIssuer = issuer,
            ValidAudience = Audience,
            IssuerSigningKey = _signingKey,

            // The clock of the test, because the handler of tokens does not know TimeProvider.
            LifetimeValidator = (_, expires, _, _) => expires > TestApi.Start.UtcDateTime,
        };
    }
}

/// <summary>What a caller sends.</summary>
/// <param name="Token">The bearer token, or null for none.</param>
/// <param name="Cookie">The cookies, or null for none.</param>
internal sealed record Credentials(string? Token, string? Cookie);
