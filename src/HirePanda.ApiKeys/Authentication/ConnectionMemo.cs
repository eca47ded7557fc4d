using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>
/// Remembers the hash of the secret that a caller last sent on a kept-alive connection. The server reuses the same string for a
/// header that did not change. The memo works only for HTTP/1.1, where a connection has one request at a time.
/// </summary>
internal sealed class ConnectionMemo
{
    private static readonly object _itemKey = new();

    private readonly SecretHashMemo _memo = new();
    private string? _header;

    /// <summary>
    /// Gets the memo for the secret in a connection's <c>Authorization</c> header, or null if the connection cannot have one.
    /// </summary>
    public static SecretHashMemo? Get(HttpContext context)
    {
        if (context.Request.Protocol != "HTTP/1.1"
            || context.Request.Headers.Authorization is not [{ } header]
            || context.Features.Get<IConnectionItemsFeature>()?.Items is not { } items)
        {
            return null;
        }

        if (!items.TryGetValue(_itemKey, out var found) || found is not ConnectionMemo connection)
        {
            items[_itemKey] = connection = new ConnectionMemo();
        }

        if (!ReferenceEquals(connection._header, header))
        {
            connection._header = header;
            connection._memo.Forget();
        }

        return connection._memo;
    }
}
