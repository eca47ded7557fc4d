namespace HirePanda.ApiKeys.Stores;

/// <summary>What a row of usage groups requests by. Every request is counted once in each dimension.</summary>
public enum ApiKeyUsageDimension
{
    /// <summary>The status code, such as <c>200</c>.</summary>
    Status,

    /// <summary>The method and route pattern, such as <c>GET /jobs/{id}</c>, and the latency bucket.</summary>
    Endpoint,

    /// <summary>The country of the client, ISO 3166-1 alpha-2, or <c>unknown</c>.</summary>
    Country,

    /// <summary>The id of the key. Only the rows of a whole workspace have this dimension.</summary>
    Key,
}
