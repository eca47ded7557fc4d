using Microsoft.EntityFrameworkCore;

namespace HirePanda.ApiKeys.EntityFrameworkCore;

/// <summary>The context for hosts without their own context.</summary>
internal sealed class ApiKeyDbContext(DbContextOptions<ApiKeyDbContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddHirePandaApiKeys();
}
