using System.Net;

namespace HirePanda.ApiKeys;

/// <summary>Tells in which country a client's address is, for usage and alerts. Called by requests, so it answers at once; safe for many threads.</summary>
public interface IApiKeyCountryResolver
{
    /// <summary>The country of an address.</summary>
    /// <param name="address">A client's address, IPv4 or IPv6; an IPv4-mapped one is the IPv4 address.</param>
    /// <returns>Two upper-case letters of ISO 3166-1, or null when it is unknown. No address makes it throw.</returns>
    string? GetCountry(IPAddress address);
}
