using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>
/// Spares a caller on a kept-alive connection the hashing of the secret that it has just sent: the server hands out the same string for a header
/// that has not changed. Only for HTTP/1.1, where a connection has one request at a time.
/// </summary>
internal sealed class ConnectionSecret
{
    private static readonly object _place = new();

    private readonly SecretHashMemo _known = new();
    private string? _header;

    /// <summary>What is known of the secret in the <c>Authorization</c> header; null: nothing can be remembered here.</summary>
    public static SecretHashMemo? Of(HttpContext context)
    {
        if (context.Request.Protocol != "HTTP/1.1"
            || context.Request.Headers.Authorization is not [{ } header]
            || context.Features.Get<IConnectionItemsFeature>()?.Items is not { } items)
        {
            return null;
        }

        if (!items.TryGetValue(_place, out var found) || found is not ConnectionSecret connection)
        {
            items[_place] = connection = new ConnectionSecret();
        }

        if (!ReferenceEquals(connection._header, header))
        {
            connection._header = header;
            connection._known.Forget();
        }

        return connection._known;
    }
}
