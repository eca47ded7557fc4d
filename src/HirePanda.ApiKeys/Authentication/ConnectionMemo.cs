using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>
/// Spares a caller on a kept-alive connection the hashing of the secret that it has just sent: the server hands out the same string for a
/// header that has not changed. Only for HTTP/1.1, where a connection has one request at a time.
/// </summary>
internal sealed class ConnectionMemo
{
    private static readonly object _place = new();

    private readonly SecretHashMemo _memo = new();
    private string? _header;

    /// <summary>Gets the memory of the secret in a connection's <c>Authorization</c> header; null where nothing can be remembered.</summary>
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
