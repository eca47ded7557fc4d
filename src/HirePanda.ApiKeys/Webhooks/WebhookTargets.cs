using System.Net;
using System.Net.Sockets;

namespace HirePanda.ApiKeys;

/// <summary>Says where webhooks may point, and which addresses may be connected to in the end.</summary>
internal sealed class WebhookTargets(HostLookups lookups, ApiKeySettings settings)
{
    public const int MaxWebhooks = 10;
    public const int MaxUrlLength = 2000;

    /// <summary>How much of an address an audit entry quotes.</summary>
    private const int MaxOriginLength = 300;

    private bool AllowPrivate => settings.Current.Options.Webhooks.AllowPrivateTargets;

    /// <summary>Checks an address that a caller gave.</summary>
    /// <param name="url">The address.</param>
    /// <param name="workspace">The caller's workspace.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <returns>What is wrong with the address, or null if nothing is.</returns>
    /// <exception cref="TimeoutException">The host could not be looked up in time.</exception>
    public async Task<string?> CheckAsync(string url, string workspace, CancellationToken cancellationToken)
    {
        if (url.Length > MaxUrlLength)
        {
            return $"must have at most {MaxUrlLength} characters";
        }

        if (url.Any(character => char.IsControl(character) || char.IsWhiteSpace(character))
            || !Uri.TryCreate(url, UriKind.Absolute, out var uri) || !IsAllowed(uri))
        {
            return "must be an absolute https address";
        }

        if (uri.UserInfo.Length > 0)
        {
            return "must have no user name and password";
        }

        IPAddress[] addresses;
        try
        {
            addresses = await ResolveAsync(uri.IdnHost, workspace, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            addresses = [];
        }

        // One address that is not public is enough: the library does not choose which one a name means later. A name that means
        // nothing gets the same answer, so that nobody learns the names of the host's own network.
        return addresses.Length > 0 && (AllowPrivate || addresses.All(PublicAddresses.Contains)) ? null
            : AllowPrivate ? "must have a host that resolves to an address"
            : "must have a host that resolves to public addresses only";
    }

    /// <summary>
    /// Gets the origin of an address that a caller gave: without user name, path, and query, which may hold secrets.
    /// </summary>
    /// <returns>The origin, or null if the text is not an address or is too long.</returns>
    public static string? Origin(string url)
        => url.Length <= MaxUrlLength
            && Uri.TryCreate(url, UriKind.Absolute, out var uri)
            && uri.IdnHost is { Length: > 0 and <= MaxOriginLength } host
            ? $"{uri.Scheme}://{(uri.HostNameType == UriHostNameType.IPv6 ? $"[{host}]" : host)}"
                + (uri.IsDefaultPort ? "" : $":{uri.Port}")
            : null;

    /// <summary>Determines whether an address is one that messages are sent to as things are now.</summary>
    public bool IsAllowed(Uri uri) => uri.Scheme == Uri.UriSchemeHttps || (AllowPrivate && uri.Scheme == Uri.UriSchemeHttp);

    /// <summary>
    /// Gets the addresses of a host that may be connected to. They are looked up here, so that what is checked is what is
    /// connected to.
    /// </summary>
    /// <exception cref="TimeoutException">The host could not be looked up in time.</exception>
    public async Task<IPAddress[]> FindAsync(string host, string workspace, CancellationToken cancellationToken)
    {
        var addresses = await ResolveAsync(host, workspace, cancellationToken).ConfigureAwait(false);
        return AllowPrivate ? addresses : [.. addresses.Where(PublicAddresses.Contains)];
    }

    private async Task<IPAddress[]> ResolveAsync(string host, string workspace, CancellationToken cancellationToken)
        => IPAddress.TryParse(host, out var address)
            ? [address]
            : await lookups.FindAsync(host, workspace, cancellationToken).ConfigureAwait(false);
}
