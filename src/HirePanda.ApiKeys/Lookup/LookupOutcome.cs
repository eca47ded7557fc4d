namespace HirePanda.ApiKeys;

/// <summary>How a lookup ended.</summary>
internal enum LookupOutcome
{
    /// <summary>There is such a key.</summary>
    Found,

    /// <summary>There is none.</summary>
    NotFound,

    /// <summary>The cache holds nothing, and the store was not to be asked.</summary>
    Refused,

    /// <summary>The store cannot answer and nothing usable is cached.</summary>
    Unavailable,
}
