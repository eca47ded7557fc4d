using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>
/// Remembers the hash of the secret that a caller has just sent on a kept-alive connection. The server hands out the same string
/// for a header that did not change. It works for HTTP/1.1 only, where a connection has one request at a time.
/// </summary>
internal sealed class ConnectionMemo
{
    private static readonly object _place = new();

    private readonly SecretHashMemo _memo = new();
    private string? _header;

    /// <summary>
    /// Gets the remembered hashes of the secret in a connection's <c>Authorization</c> header, or null if nothing can be
    /// remembered.
    /// </summary>
    public static SecretHashMemo? Get(HttpContext context)
    {
        if (context.Request.Protocol != "HTTP/1.1"
            || context.Request.Headers.Authorization is not [{ } header]
            || context.Features.Get<IConnectionItemsFeature>()?.Items is not { } items)
        {
            return null;
        }

        if (!items.TryGetValue(_place, out var found) || found is not ConnectionMemo connection)
        {
            items[_place] = connection = new ConnectionMemo();
        }

        if (!ReferenceEquals(connection._header, header))
        {
            connection._header = header;
            connection._memo.Forget();
        }

        return connection._memo;
    }
}
