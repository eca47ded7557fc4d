using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>What a key can call, over HTTP.</summary>
internal static class AccessEndpoints
{
    public static async Task<IResult> GetAsync(HttpContext context, ApiKeyAccessEvaluator evaluator, string id)
    {
        var access = await evaluator.GetAsync(ApiKeyEndpoints.Actor(context), id, context.RequestAborted).ConfigureAwait(false);
        return access.Succeeded
            ? new JsonAnswer<AccessListResponse>(
                new([.. access.Value.Select(AccessListResponse.EndpointEntry.Of)]), KeyJson.Contract.AccessListResponse)
            : new ErrorAnswer(access.Failure);
    }
}

/// <summary>The endpoints that a key can call, as callers see them.</summary>
internal sealed record AccessListResponse(IReadOnlyList<AccessListResponse.EndpointEntry> Items)
{
    /// <summary>One endpoint.</summary>
    internal sealed record EndpointEntry(string Endpoint, string Access, IReadOnlyList<string> Missing)
    {
        public static EndpointEntry Of(ApiKeyEndpointAccess row) => new(
            row.Endpoint,
            row.Access switch
            {
                ApiKeyAccess.Allowed => "allowed",
                ApiKeyAccess.MissingPermission => "missing_permission",
                ApiKeyAccess.Anonymous => "anonymous",
                ApiKeyAccess.NotWithApiKeys => "not_with_api_keys",
                _ => "depends_on_request",
            },
            row.Missing);
    }
}
