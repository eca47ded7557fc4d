using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>A typical handwritten API key handler, without a checksum, an allowlist, or a limit.</summary>
internal sealed class HandWrittenHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, IMemoryCache cache)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public static readonly string Secret = "my_" + RandomNumberGenerator.GetString(Base62.Alphabet, 40);

    private static readonly string _hash = Hash(Secret);

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return AuthenticateResult.NoResult();
        }

        var hash = Hash(header["Bearer ".Length..]);
        var key = await cache.GetOrCreateAsync(hash, entry =>
        {
            entry.AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(5);
            return Task.FromResult(hash == _hash ? new Row("key_1", "CI", "acme", Scenario.Policy) : null);
        });
        if (key is null)
        {
            return AuthenticateResult.Fail("Unknown key.");
        }

        Claim[] claims = [new("sub", key.Id), new("name", key.Name), new("workspace", key.Workspace), new("scope", key.Scope)];
        var principal = new ClaimsPrincipal(new ClaimsIdentity(claims, Scheme.Name));
        return AuthenticateResult.Success(new AuthenticationTicket(principal, Scheme.Name));
    }

    private static string Hash(string secret) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    private sealed record Row(string Id, string Name, string Workspace, string Scope);
}
