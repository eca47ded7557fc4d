using System.Net;

namespace HirePanda.ApiKeys;

/// <summary>Says in which country a client's address is, for usage and alerts.</summary>
public interface IApiKeyCountryResolver
{
    /// <summary>Finds the country of an address. Called by requests, and so must be quick, safe for many threads, and never throw.</summary>
    /// <param name="address">The client's address.</param>
    /// <returns>Two upper case letters (ISO 3166-1 alpha-2); null: unknown.</returns>
    string? GetCountry(IPAddress address);
}
