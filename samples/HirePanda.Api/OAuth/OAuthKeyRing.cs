using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;

namespace HirePanda.Api;

/// <summary>
/// The keys that sign and encrypt tokens. They are created once and shared by all nodes. The newest key signs and encrypts, and
/// all keys validate.
/// </summary>
internal sealed class OAuthKeyRing(IDataProtectionProvider protection, TimeProvider time)
    : IConfigureOptions<OpenIddictServerOptions>
{
    private const int SigningKeyBits = 2048;
    private const int EncryptionKeyBytes = 32;

    private readonly IDataProtector _protector = protection.CreateProtector("HirePanda.OAuthKeys");

    private List<OAuthKey> _keys = [];

    /// <summary>Reads the keys, and creates them if there are none.</summary>
    public async Task LoadAsync(AccountsDbContext db, CancellationToken cancellationToken)
    {
        if (!await db.OAuthKeys.AnyAsync(cancellationToken))
        {
            // Data protection uses another connection, which would wait for our lock if it had to write.
            OAuthKey[] created = [Create(isSigning: true), Create(isSigning: false)];
            await using var transaction = await AccountTables.LockAsync(db, cancellationToken);
            if (!await db.OAuthKeys.AnyAsync(cancellationToken))
            {
                db.OAuthKeys.AddRange(created);
                await db.SaveChangesAsync(cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }

        _keys = await db.OAuthKeys.AsNoTracking().OrderByDescending(key => key.CreatedAt).ToListAsync(cancellationToken);
    }

    public void Configure(OpenIddictServerOptions options)
    {
        foreach (var key in _keys)
        {
            var bytes = Unprotect(key);
            if (key.IsSigning)
            {
                var rsa = RSA.Create();
                rsa.ImportPkcs8PrivateKey(bytes, out _);
                options.SigningCredentials.Add(
                    new(new RsaSecurityKey(rsa) { KeyId = key.Id }, SecurityAlgorithms.RsaSha256));
            }
            else
            {
                options.EncryptionCredentials.Add(new(
                    new SymmetricSecurityKey(bytes) { KeyId = key.Id },
                    SecurityAlgorithms.Aes256KW,
                    SecurityAlgorithms.Aes256CbcHmacSha512));
            }
        }
    }

    private OAuthKey Create(bool isSigning) => new()
    {
        IsSigning = isSigning,
        CreatedAt = time.GetUtcNow().UtcDateTime,
        ProtectedKey = _protector.Protect(isSigning ? CreateRsa() : RandomNumberGenerator.GetBytes(EncryptionKeyBytes)),
    };

    private static byte[] CreateRsa()
    {
        using var rsa = RSA.Create(SigningKeyBits);
        return rsa.ExportPkcs8PrivateKey();
    }

    private byte[] Unprotect(OAuthKey key)
    {
        try
        {
            return _protector.Unprotect(key.ProtectedKey);
        }
        catch (CryptographicException exception)
        {
            throw new InvalidOperationException(
                "The keys of OAuth cannot be read, because a key of data protection is missing. Restore it, or delete all rows "
                    + "of the table OAuthKeys, which ends all tokens.",
                exception);
        }
    }
}
