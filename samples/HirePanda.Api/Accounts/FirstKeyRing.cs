using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.DataProtection.Internal;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace HirePanda.Api;

/// <summary>
/// Creates the first key of data protection. Without it, nodes that start at the same time create one key each, and a node reads
/// the keys of the others only once a day. Until then, it refuses their cookies.
/// </summary>
internal static class FirstKeyRing
{
    /// <summary>Adds a key if there is none. The caller holds the lock that all nodes share.</summary>
    public static async Task CreateAsync(AccountsDbContext db, IServiceProvider services, CancellationToken cancellationToken)
    {
        if (await db.DataProtectionKeys.AnyAsync(cancellationToken))
        {
            return;
        }

        var options = services.GetRequiredService<IOptions<KeyManagementOptions>>().Value;
        var manager = new XmlKeyManager(
            Options.Create(new KeyManagementOptions
            {
                AuthenticatedEncryptorConfiguration = options.AuthenticatedEncryptorConfiguration,
                XmlEncryptor = options.XmlEncryptor,
                XmlRepository = new Repository(db),
            }),
            services.GetRequiredService<IActivator>(),
            services.GetRequiredService<ILoggerFactory>());
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        manager.CreateNewKey(now, now + options.NewKeyLifetime);
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Writes in the transaction of the context. The framework's own repository uses another connection.</summary>
    private sealed class Repository(AccountsDbContext db) : IXmlRepository
    {
        public IReadOnlyCollection<XElement> GetAllElements() => [];

        public void StoreElement(XElement element, string friendlyName)
            => db.DataProtectionKeys.Add(new DataProtectionKey
            {
                FriendlyName = friendlyName,
                Xml = element.ToString(SaveOptions.DisableFormatting),
            });
    }
}
