namespace HirePanda.ApiKeys;

/// <summary>Specifies the outcome of <see cref="KeyLookup.FindAsync"/>.</summary>
internal enum LookupOutcome
{
    /// <summary>A key has the secret.</summary>
    Found,

    /// <summary>No key has the secret.</summary>
    NotFound,

    /// <summary>The cache has no entry, and the caller did not allow a read of the store.</summary>
    Refused,

    /// <summary>The store cannot answer and nothing usable is cached.</summary>
    Unavailable,
}
