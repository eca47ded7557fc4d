using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace HirePanda.Api.Tests;

/// <summary>Another issuer, whose JWTs the sample accepts with these settings.</summary>
internal static class OtherIssuer
{
    public const string Client = "contoso-app";

    private const string Issuer = "https://login.contoso.test";
    private const string Audience = "https://api.contoso.test";

    private static readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public static IEnumerable<(string Name, string Value)> Settings =>
    [
        ("Authentication:Schemes:Bearer:ValidIssuer", Issuer),
        ("Authentication:Schemes:Bearer:ValidAudiences:0", Audience),
        ("Authentication:Schemes:Bearer:SigningKeys:0:Issuer", Issuer),
        ("Authentication:Schemes:Bearer:SigningKeys:0:Value", Convert.ToBase64String(_key)),
    ];

    public static string CreateToken(
        string scope,
        string? workspace,
        string issuer = Issuer,
        string audience = Audience,
        DateTime? expires = null,
        byte[]? key = null)
    {
        var claims = new Dictionary<string, object> { ["sub"] = "somebody", ["client_id"] = Client, ["scope"] = scope };
        if (workspace is not null)
        {
            claims["workspace"] = workspace;
        }

        var end = expires ?? DateTime.UtcNow.AddHours(1);
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = audience,
            Claims = claims,
            NotBefore = end.AddHours(-1),
            IssuedAt = end.AddHours(-1),
            Expires = end,
            SigningCredentials = new(new SymmetricSecurityKey(key ?? _key), SecurityAlgorithms.HmacSha256),
        });
    }
}
