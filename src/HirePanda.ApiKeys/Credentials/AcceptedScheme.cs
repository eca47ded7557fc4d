using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>
/// An authentication scheme of the host whose credentials meet the same policies as API keys. <c>AcceptScheme</c> adds it.
/// </summary>
public sealed class AcceptedScheme
{
    internal AcceptedScheme(string name) => Name = name;

    /// <summary>Gets the name of the scheme.</summary>
    public string Name { get; }

    /// <summary>
    /// Gets or sets a predicate that determines whether this scheme authenticates a request without an API key, or null for the
    /// default. By default, a cookie scheme takes requests with its cookie and without an <c>Authorization</c> header, and any
    /// other scheme takes requests with a bearer token. Schemes with a predicate come before schemes without one. Otherwise, the
    /// first scheme that takes the request is used. The default is null.
    /// </summary>
    public Func<HttpContext, bool>? Selects { get; set; }

    /// <summary>
    /// Gets or sets a delegate that maps the principal of the scheme to an actor, or null to read the claims. A result of null
    /// means that the caller does not belong to a workspace. The response is then 403. To map asynchronously, register an
    /// <see cref="IApiKeyActorResolver"/>. The default is null.
    /// </summary>
    /// <remarks>
    /// By default, the claim <c>workspace</c> is the workspace. The values of <c>scope</c> and <c>scp</c> that are names of tiers
    /// or permissions are the rights, compared by case (RFC 6749, section 3.3). The client is <c>client_id</c>, or else
    /// <c>azp</c>, or else the subject. The id of the actor is the subject, or else the client.
    /// </remarks>
    public Func<ClaimsPrincipal, ApiKeyActor?>? MapActor { get; set; }

    /// <summary>
    /// Gets or sets a predicate that determines whether a failed result means that the scheme could not check the credential, for
    /// example because its issuer cannot be reached. The response is then 503 instead of 401. A scheme that throws is always
    /// answered 503. The default is null.
    /// </summary>
    public Func<AuthenticateResult, bool>? IsUnavailable { get; set; }

    /// <summary>
    /// Gets or sets a delegate that determines whether a credential that this scheme has authenticated is still valid, or null if
    /// it is not checked again. The management endpoints call it when the body of a request has arrived, which can take up to
    /// 30 seconds, so that a slow request does not outlive its credential. They do not call it if the body is empty. The
    /// principal is that of the scheme after claims transformation. If the result is false, the response is 401. If the delegate
    /// throws, it is 503. The default is null.
    /// </summary>
    public Func<HttpContext, ClaimsPrincipal, ValueTask<bool>>? IsStillValid { get; set; }
}
