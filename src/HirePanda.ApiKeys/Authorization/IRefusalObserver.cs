using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>Endpoint metadata that is notified of callers that a policy refuses.</summary>
internal interface IRefusalObserver
{
    /// <summary>Handles a known caller that may not call the endpoint. Implementations must not throw.</summary>
    /// <param name="context">The request, whose user is the caller.</param>
    Task RefusedAsync(HttpContext context);
}
