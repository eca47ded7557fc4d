using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>Metadata of an endpoint that is told of callers whom a policy refuses.</summary>
internal interface IRefusalObserver
{
    /// <summary>Takes note of a caller who is known and may not call the endpoint. Never throws.</summary>
    /// <param name="context">The request, whose user is the caller.</param>
    Task RefusedAsync(HttpContext context);
}
