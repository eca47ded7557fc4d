using System.Net;

namespace HirePanda.ApiKeys;

/// <summary>
/// Finds the country of a client's address, for usage and alerts. Requests call it, so it must answer at once and from any
/// thread.
/// </summary>
public interface IApiKeyCountryResolver
{
    /// <summary>Gets the country of an address.</summary>
    /// <param name="address">The IPv4 or IPv6 address of a client. An IPv4-mapped address is passed as the IPv4 address.</param>
    /// <returns>Two upper-case letters of ISO 3166-1, or null if the country is not known. It never throws.</returns>
    string? GetCountry(IPAddress address);
}
