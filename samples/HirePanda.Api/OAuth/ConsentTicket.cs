using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace HirePanda.Api;

/// <summary>
/// Binds a consent form to what it shows: the person, the parameters of the request, and the scopes. If anything differs when the
/// form comes back, the form is refused.
/// </summary>
internal sealed class ConsentTicket(IDataProtectionProvider protection)
{
    private static readonly TimeSpan _lifetime = TimeSpan.FromMinutes(10);

    private readonly ITimeLimitedDataProtector _protector
        = protection.CreateProtector("HirePanda.Consent").ToTimeLimitedDataProtector();

    public string Create(string shown) => _protector.Protect(Hash(shown), _lifetime);

    public bool IsFor(string ticket, string shown)
    {
        try
        {
            return _protector.Unprotect(ticket) == Hash(shown);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static string Hash(string text) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
