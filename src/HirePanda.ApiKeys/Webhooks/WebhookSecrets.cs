using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys;

/// <summary>
/// Makes the signing secrets of webhooks, and protects them before they are stored: with the pepper; without one, with the host's
/// data protection if the host persists its keys; otherwise not at all. The stored text begins with the name of its protection,
/// so that what was stored under another one stays readable.
/// </summary>
internal sealed class WebhookSecrets(ApiKeySettings settings, IServiceProvider services)
{
    private const string SecretPrefix = "whsec_";
    private const int SecretSize = 32;
    private const string PepperPrefix = "pepper1:";
    private const string DataProtectionPrefix = "dp1:";
    private const string Purpose = "HirePanda.ApiKeys.WebhookSecret.v1";
    private const int KeySize = 32;
    private const int NonceSize = 12;
    private const int TagSize = 16;

    /// <summary>
    /// Gets the host's data protection, or null if there is none or its keys are not persisted where the host said: keys that end
    /// with a container would take the secrets with them. It is resolved when it is needed, since it reads its keys.
    /// </summary>
    private IDataProtector? Persisted
        => services.GetService<IDataProtectionProvider>() is { } provider
            && services.GetService<IOptions<KeyManagementOptions>>()?.Value.XmlRepository is not null
            ? provider.CreateProtector(Purpose)
            : null;

    public static string New() => SecretPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretSize));

    /// <summary>Signs a message.</summary>
    /// <param name="secret">The secret as it was shown.</param>
    /// <param name="content">What is signed.</param>
    public static string Sign(string secret, string content)
        => "v1," + Convert.ToBase64String(
            HMACSHA256.HashData(Convert.FromBase64String(secret[SecretPrefix.Length..]), Encoding.UTF8.GetBytes(content)));

    /// <summary>Protects a webhook's secret.</summary>
    /// <param name="webhookId">The id of the webhook, to which the protected text is bound.</param>
    /// <param name="secret">The secret as it is shown.</param>
    /// <returns>The text to store.</returns>
    public string Protect(string webhookId, string secret)
        => settings.Current.Options.Hashing.Pepper is { } pepper ? PepperPrefix + Encrypt(pepper, webhookId, secret)
            : Persisted is { } protector ? DataProtectionPrefix + protector.CreateProtector(webhookId).Protect(secret)
            : secret;

    /// <summary>Reads a webhook's secret.</summary>
    /// <exception cref="CryptographicException">It was protected by a pepper or a key that is gone.</exception>
    public string Unprotect(ApiKeyWebhook webhook)
    {
        var stored = webhook.ProtectedSecret;
        if (stored.StartsWith(PepperPrefix, StringComparison.Ordinal))
        {
            return Decrypt(webhook.Id, stored[PepperPrefix.Length..]);
        }

        if (stored.StartsWith(DataProtectionPrefix, StringComparison.Ordinal))
        {
            var provider = services.GetService<IDataProtectionProvider>()
                ?? throw new CryptographicException(
                    "The signing secret was protected by data protection, which the host no longer has.");
            return provider.CreateProtector(Purpose).CreateProtector(webhook.Id).Unprotect(stored[DataProtectionPrefix.Length..]);
        }

        return stored.StartsWith(SecretPrefix, StringComparison.Ordinal) ? stored
            : throw new CryptographicException("The signing secret is stored in a form that this release does not know.");
    }

    private static string Encrypt(string pepper, string webhookId, string secret)
    {
        var plain = Encoding.UTF8.GetBytes(secret);
        var sealedText = new byte[NonceSize + TagSize + plain.Length];
        var nonce = sealedText.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(Key(pepper), TagSize);
        aes.Encrypt(
            nonce, plain, sealedText.AsSpan(NonceSize + TagSize), sealedText.AsSpan(
                NonceSize, TagSize), Encoding.UTF8.GetBytes(webhookId));
        return Convert.ToBase64String(sealedText);
    }

    private string Decrypt(string webhookId, string text)
    {
        var options = settings.Current.Options;
        var sealedText = Convert.FromBase64String(text);
        if (sealedText.Length > NonceSize + TagSize)
        {
            var plain = new byte[sealedText.Length - NonceSize - TagSize];
            foreach (var pepper in options.Hashing.PreviousPeppers.Prepend(options.Hashing.Pepper).OfType<string>())
            {
                try
                {
                    using var aes = new AesGcm(Key(pepper), TagSize);
                    aes.Decrypt(
                        sealedText.AsSpan(0, NonceSize),
                        sealedText.AsSpan(NonceSize + TagSize),
                        sealedText.AsSpan(NonceSize, TagSize),
                        plain,
                        Encoding.UTF8.GetBytes(webhookId));
                    return Encoding.UTF8.GetString(plain);
                }
                catch (AuthenticationTagMismatchException)
                {
                    // Another pepper protected it.
                }
            }
        }

        throw new CryptographicException(
            "The signing secret was protected by a pepper that is neither Hashing:Pepper nor in Hashing:PreviousPeppers.");
    }

    private static byte[] Key(string pepper)
        => HKDF.DeriveKey(
            HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(pepper), KeySize, salt: null, Encoding.UTF8.GetBytes(Purpose));
}
