using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>The framework's JWT bearer scheme, with the signing key in memory and without metadata requests.</summary>
internal static class JwtScenario
{
    private const string Issuer = "https://issuer.example";

    public static SigningCredentials Symmetric { get; } = new(
        new SymmetricSecurityKey(RandomNumberGenerator.GetBytes(32)), SecurityAlgorithms.HmacSha256);

    public static SigningCredentials Asymmetric { get; } = new(
        new RsaSecurityKey(RSA.Create(2048)) { KeyId = "1" }, SecurityAlgorithms.RsaSha256);

    public static Scenario Create(string name, SigningCredentials signing) => new(name, $"Bearer {Token(signing)}")
    {
        Services = services =>
        {
            AddBearer(services, JwtBearerDefaults.AuthenticationScheme, signing);
            Scenarios.AddPolicy(services);
        },
    };

    /// <summary>The same behind the framework's policy scheme, which only chooses a scheme for each request.</summary>
    public static Scenario CreateForwarded(string name, SigningCredentials signing) => new(name, $"Bearer {Token(signing)}")
    {
        Services = services =>
        {
            AddBearer(services, "selector", signing);
            services.AddAuthentication().AddPolicyScheme("selector", displayName: null, options
                => options.ForwardDefaultSelector = _ => JwtBearerDefaults.AuthenticationScheme);
            Scenarios.AddPolicy(services);
        },
    };

    /// <summary>Adds the scheme.</summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="defaultScheme">The default scheme of the application.</param>
    /// <param name="signing">The credentials of the issuer.</param>
    public static void AddBearer(IServiceCollection services, string defaultScheme, SigningCredentials signing)
        => services.AddAuthentication(defaultScheme).AddJwtBearer(options =>
        {
            options.MapInboundClaims = false;
            options.Configuration = new OpenIdConnectConfiguration { Issuer = Issuer };
            options.TokenValidationParameters = new TokenValidationParameters
            {
                ValidIssuer = Issuer,
                ValidAudience = "jobs",
                IssuerSigningKey = signing.Key,
            };
        });

    public static string Token(SigningCredentials signing) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = Issuer,
        Audience = "jobs",
        Expires = DateTime.UtcNow.AddDays(1),
        Claims = new Dictionary<string, object>
        {
            ["sub"] = "key_1",
            ["name"] = "CI",
            ["workspace"] = "acme",
            ["scope"] = Scenario.Policy,
        },
        SigningCredentials = signing,
    });
}
