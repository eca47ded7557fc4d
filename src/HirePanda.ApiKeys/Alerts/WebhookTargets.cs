using System.Net;
using System.Net.Sockets;

namespace HirePanda.ApiKeys;

/// <summary>Says where webhooks may point, and which addresses may be connected to in the end.</summary>
internal sealed class WebhookTargets(IHostResolver resolver, ApiKeySettings settings)
{
    public const int MaxWebhooks = 10;
    public const int MaxUrlLength = 2000;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    private bool AllowPrivate => settings.Current.Options.AllowPrivateWebhookTargets;

    /// <summary>What is wrong with an address that a caller gave; null: nothing.</summary>
    public async Task<string?> CheckAsync(string url, CancellationToken cancellationToken)
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

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_patience);
        IPAddress[] addresses;
        try
        {
            addresses = await ResolveAsync(uri.IdnHost, timeout.Token).WaitAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            addresses = [];
        }

        // One that is not public is enough: which one a name means later is not ours to choose.
        return addresses.Length == 0 ? "has a host that does not resolve to an address"
            : AllowPrivate || addresses.All(PublicAddresses.Contains) ? null
            : "has a host whose address is not public";
    }

    /// <summary>Whether an address is one that messages are sent to as things are now.</summary>
    public bool IsAllowed(Uri uri) => uri.Scheme == Uri.UriSchemeHttps || (AllowPrivate && uri.Scheme == Uri.UriSchemeHttp);

    /// <summary>The addresses of a host that may be connected to: looked up here, so that what was looked up is what is connected to.</summary>
    public async Task<IPAddress[]> FindAsync(string host, CancellationToken cancellationToken)
    {
        var addresses = await ResolveAsync(host, cancellationToken).ConfigureAwait(false);
        return AllowPrivate ? addresses : [.. addresses.Where(PublicAddresses.Contains)];
    }

    private async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
        => IPAddress.TryParse(host, out var address) ? [address] : await resolver.ResolveAsync(host, cancellationToken).ConfigureAwait(false);
}

/// <summary>Looks up the addresses of a host.</summary>
internal interface IHostResolver
{
    Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken);
}

/// <summary>Looks up hosts as the machine does.</summary>
internal sealed class DnsResolver : IHostResolver
{
    public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => Dns.GetHostAddressesAsync(host, cancellationToken);
}
