using Microsoft.Extensions.Configuration;

namespace HirePanda.ApiKeys;

/// <summary>
/// Binds options to a section of configuration. A list in the section replaces the list in the options.
/// </summary>
internal static class OptionsConfiguration
{
    /// <summary>Binds options to a section.</summary>
    /// <exception cref="InvalidOperationException">The section has a value that cannot be bound.</exception>
    public static void Bind(ApiKeyOptions options, IConfiguration section)
    {
        ClearNamedLists(options, section);
        CatalogConfiguration.Prepare(options.Catalog, section.GetSection(nameof(options.Catalog)));
        section.Bind(options);
    }

    /// <summary>Clears the lists that the section contains, because the binder adds to a list.</summary>
    private static void ClearNamedLists(ApiKeyOptions options, IConfiguration section)
    {
        var (hashing, alerts) = (options.Hashing, options.Alerts);
        if (section.TryGetList(nameof(options.HeaderNames), out _))
        {
            options.HeaderNames = [];
        }

        if (section.GetSection(nameof(options.Hashing)).TryGetList(nameof(hashing.PreviousPeppers), out _))
        {
            hashing.PreviousPeppers = [];
        }

        if (section.GetSection(nameof(options.Alerts)).TryGetList(nameof(alerts.ExpiryDays), out _))
        {
            alerts.ExpiryDays = [];
        }
    }
}
