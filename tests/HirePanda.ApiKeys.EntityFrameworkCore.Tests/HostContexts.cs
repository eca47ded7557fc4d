using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace HirePanda.ApiKeys.EntityFrameworkCore.Tests;

/// <summary>A host's own context without conventions.</summary>
internal sealed class PlainContext(DbContextOptions<PlainContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddHirePandaApiKeys();
}

/// <summary>A host's own context with its own table and conventions that suit only that table.</summary>
internal sealed class ConventionsContext(DbContextOptions<ConventionsContext> options) : DbContext(options)
{
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<string>().HaveConversion<Shouting>().HaveColumnType("varchar(5)").HaveMaxLength(5)
            .AreUnicode(false).AreFixedLength().UseCollation("C");
        configurationBuilder.Properties<long>().HaveConversion<string>();
        configurationBuilder.Properties<int>().HaveConversion<string>();
        configurationBuilder.Properties<bool>().HaveConversion<YesOrNo>();
        configurationBuilder.Properties<byte[]>().HaveConversion<Hex>().HaveMaxLength(4);
        configurationBuilder.Properties<Enum>().HaveConversion<string>();
        configurationBuilder.Conventions.Add(_ => new SnakeCaseColumns());
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("host");
        modelBuilder.Entity<Note>().Property(note => note.Id).UseCollation(null);
        modelBuilder.AddHirePandaApiKeys();
    }

    public sealed class Note
    {
        public required string Id { get; set; }
    }

    private sealed class Shouting() : ValueConverter<string, string>(text => text.ToUpperInvariant(), text => text);

    private sealed class YesOrNo() : ValueConverter<bool, string>(value => value ? "Y" : "N", text => text == "Y");

    private sealed class Hex() : ValueConverter<byte[], string>(
        bytes => Convert.ToHexString(bytes), text => Convert.FromHexString(text));

    /// <summary>Names columns as the common naming packages do.</summary>
    private sealed class SnakeCaseColumns : IModelFinalizingConvention
    {
        public void ProcessModelFinalizing(
            IConventionModelBuilder modelBuilder, IConventionContext<IConventionModelBuilder> context)
        {
            foreach (var property in modelBuilder.Metadata.GetEntityTypes().SelectMany(type => type.GetProperties()))
            {
                var words = property.Name.Select(
                    (letter, i) => (i > 0 && char.IsUpper(letter) ? "_" : "") + char.ToLowerInvariant(letter));
                property.Builder.HasColumnName(string.Concat(words));
            }
        }
    }
}
