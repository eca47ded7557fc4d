namespace HirePanda.ApiKeys;

/// <summary>The length of the time that one row of usage covers. Every request is counted at each granularity.</summary>
public enum ApiKeyUsageGranularity
{
    /// <summary>One minute.</summary>
    Minute,

    /// <summary>One hour.</summary>
    Hour,

    /// <summary>One day, UTC.</summary>
    Day,
}
