using Microsoft.Extensions.Configuration;

namespace HirePanda.ApiKeys;

/// <summary>Reads lists from configuration.</summary>
internal static class ConfigurationLists
{
    /// <summary>Gets a list of a section.</summary>
    /// <param name="parent">The section.</param>
    /// <param name="name">The name of the list.</param>
    /// <param name="list">The list.</param>
    /// <returns>True if the section contains the list, even an empty one; otherwise, false.</returns>
    /// <exception cref="InvalidOperationException">The section has a value in place of the list.</exception>
    public static bool TryGetList(this IConfiguration parent, string name, out IConfigurationSection list)
    {
        list = parent.GetSection(name);
        return string.IsNullOrEmpty(list.Value)
            ? list.Exists()
            : throw new InvalidOperationException(
                $"{list.Path} is '{list.Value}', but it must be a list: set {list.Path}:0, {list.Path}:1 and so on.");
    }
}
