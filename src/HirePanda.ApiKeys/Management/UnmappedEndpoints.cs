using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HirePanda.ApiKeys;

/// <summary>
/// Answers what no management endpoint answers, in the same envelope and with the same fields, unless an endpoint of the host
/// does.
/// </summary>
internal static class UnmappedEndpoints
{
    /// <summary>
    /// The methods of every path, as the <c>Allow</c> header names them. A test compares them with the endpoints.
    /// </summary>
    private static readonly (string Pattern, string Allow)[] _allowed =
    [
        ("/", "GET, HEAD, POST"),
        ("/me", "GET, HEAD"),
        ("/find", "POST"),
        ("/catalog", "GET, HEAD"),
        ("/{id}", "GET, HEAD, PATCH"),
        ("/{id}/endpoints", "GET, HEAD"),
        ("/{id}/rotate", "POST"),
        ("/{id}/revoke", "POST"),
        ("/revoke-all", "POST"),
        ("/ip-allowlist", "GET, HEAD, PUT"),
        ("/ip-allowlist/test", "POST"),
        ("/audit", "GET, HEAD"),
        ("/usage", "GET, HEAD"),
        ("/alerts", "GET, HEAD"),
        ("/alerts/{id}/acknowledge", "POST"),
        ("/webhooks", "GET, HEAD, POST"),
        ("/webhooks/{id}", "DELETE, GET, HEAD"),
    ];

    private static readonly ApiKeyError _methodNotAllowed
        = ApiKeyError.New(
            "method_not_allowed", "The method is not one of those that Allow names", StatusCodes.Status405MethodNotAllowed);

    private static readonly ApiKeyError _noEndpoint = ApiKeyError.NotFound with { Message = "There is no such resource" };

    /// <summary>Maps what comes after every other endpoint.</summary>
    public static void Map(RouteGroupBuilder group)
    {
        foreach (var (pattern, allow) in _allowed)
        {
            group.MapFallback(pattern, context =>
            {
                context.Response.Headers.Allow = allow;
                return new ErrorAnswer(_methodNotAllowed).ExecuteAsync(context);
            }).ExcludeFromDescription().WithMetadata(ExcludeFromApiKeyAccess.Instance);
        }

        group.MapFallback("/{**path}", static context => new ErrorAnswer(_noEndpoint).ExecuteAsync(context))
            .ExcludeFromDescription().WithMetadata(ExcludeFromApiKeyAccess.Instance);
    }
}
