using System.Net;
using Microsoft.AspNetCore.HttpOverrides;

namespace HirePanda.Api;

/// <summary>
/// Takes the client's address from <c>X-Forwarded-For</c> if the request comes from a proxy that <c>TrustedProxies</c> names.
/// Each entry is an address or a network. Without entries, the header is ignored, even from the local machine.
/// </summary>
internal static class TrustedProxies
{
    public static void AddTrustedProxies(this IServiceCollection services, IConfiguration configuration)
    {
        var proxies = configuration.GetSection("TrustedProxies").Get<string[]>() ?? [];
        var networks = Array.ConvertAll(proxies, Parse);
        services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            options.ForwardedHeaders = proxies.Length == 0
                ? ForwardedHeaders.None
                : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            foreach (var network in networks)
            {
                options.KnownIPNetworks.Add(network);
            }
        });
    }

    private static System.Net.IPNetwork Parse(string proxy)
        => IPAddress.TryParse(proxy, out var address) ? new(address, address.GetAddressBytes().Length * 8)
            : System.Net.IPNetwork.TryParse(proxy, out var network) ? network
            : throw new InvalidOperationException(
                $"TrustedProxies: '{proxy}' is neither an IP address nor a network such as 10.0.0.0/8.");
}
