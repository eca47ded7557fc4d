using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>
/// Finds the country of a client: from the header that the host's CDN sets, or else with the registered resolver of addresses.
/// The results of the resolver are cached for up to 5 minutes.
/// </summary>
internal sealed class Countries(ApiKeySettings settings, IEnumerable<IApiKeyCountryResolver> resolvers)
{
    private const int MaxAddresses = 50_000;
    private static readonly TimeSpan _lifetime = TimeSpan.FromMinutes(5);

    private readonly IApiKeyCountryResolver? _resolver = resolvers.LastOrDefault();
    private ConcurrentDictionary<IPAddress, int> _known = new();
    private int _added;
    private long _clearAt;

    /// <summary>Gets the number of the country, or 0 if it is unknown.</summary>
    public int GetNumber(HttpContext context, IPAddress? address, long now)
    {
        if (settings.Current.Options.Usage.CountryHeaderName is { Length: > 0 } header)
        {
            return context.Request.Headers.TryGetValue(header, out var values) && values is [{ } code]
                ? UsageCell.CountryNumber(code)
                : 0;
        }

        if (_resolver is null || address is null)
        {
            return 0;
        }

        return Volatile.Read(ref _known).TryGetValue(address, out var country) && now < Volatile.Read(ref _clearAt)
            ? country
            : Resolve(address, now);
    }

    private int Resolve(IPAddress address, long now)
    {
        if (now >= Volatile.Read(ref _clearAt) || Interlocked.Increment(ref _added) > MaxAddresses)
        {
            Volatile.Write(ref _known, new());
            Volatile.Write(ref _added, 1);
            Volatile.Write(ref _clearAt, now + _lifetime.Ticks);
        }

        return _known[address] = UsageCell.CountryNumber(Find(address));
    }

    private string? Find(IPAddress address)
    {
        try
        {
            return _resolver!.GetCountry(address);
        }
#pragma warning disable CA1031 // The request must be counted even if the resolver throws.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }
}
