namespace HirePanda.ApiKeys;

/// <summary>Checks the filters of lists.</summary>
internal static class ListRules
{
    /// <summary>Checks a text that a list is filtered by. Some databases accept no U+0000, which no stored text has.</summary>
    /// <returns>The text.</returns>
    public static string? Filter(this KeyRequestValidator rules, string field, string? text)
    {
        if (text?.Contains('\0', StringComparison.Ordinal) == true)
        {
            rules.Refuse(field, "must have no character U+0000");
        }

        return text;
    }

    /// <summary>Checks the range of times that a list is filtered by.</summary>
    public static void Range(this KeyRequestValidator rules, DateTimeOffset? from, DateTimeOffset? to)
    {
        if (from > to)
        {
            rules.Refuse("from", "must not be after to");
        }
    }
}
