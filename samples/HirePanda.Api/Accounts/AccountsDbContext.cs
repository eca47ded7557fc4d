using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using OpenIddict.EntityFrameworkCore.Models;

namespace HirePanda.Api;

/// <summary>
/// The accounts, what OAuth stores, and the keys of data protection, which protect cookies, forms, and the keys of OAuth. All
/// nodes share them, so a person who signed in on one node is signed in on all of them, also after a restart. The data protection
/// keys are stored in plain text: if others can read your database, call <c>ProtectKeysWithCertificate</c> in
/// <see cref="AccountServices"/>.
/// </summary>
internal sealed class AccountsDbContext(DbContextOptions<AccountsDbContext> options)
    : IdentityUserContext<Account>(options), IDataProtectionKeyContext
{
    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    public DbSet<OAuthKey> OAuthKeys => Set<OAuthKey>();

    public DbSet<OAuthClient> OAuthClients => Set<OAuthClient>();

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.UseOpenIddict<OAuthClient, OAuthAuthorization, OpenIddictEntityFrameworkCoreScope, OAuthToken, string>();
        builder.Entity<OAuthClient>().HasIndex(client => client.Workspace);
    }
}
