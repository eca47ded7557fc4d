using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>The context of <see cref="ApiKeyEvents.OnMessageReceived"/>, before a credential is read.</summary>
/// <param name="context">The request.</param>
/// <param name="scheme">The scheme.</param>
/// <param name="options">The options of the scheme.</param>
public sealed class ApiKeyMessageReceivedContext(HttpContext context, AuthenticationScheme scheme, ApiKeyOptions options)
    : ResultContext<ApiKeyOptions>(context, scheme, options)
{
    /// <summary>
    /// Gets or sets a secret to verify instead of the credential in the headers, or null to read the headers. The default is
    /// null.
    /// </summary>
    public string? Secret { get; set; }
}

/// <summary>The context of <see cref="ApiKeyEvents.OnKeyValidated"/>, after a key was admitted.</summary>
/// <param name="context">The request.</param>
/// <param name="scheme">The scheme.</param>
/// <param name="options">The options of the scheme.</param>
/// <param name="key">The key.</param>
public sealed class ApiKeyValidatedContext(HttpContext context, AuthenticationScheme scheme, ApiKeyOptions options, ApiKey key)
    : ResultContext<ApiKeyOptions>(context, scheme, options)
{
    /// <summary>Gets the key.</summary>
    public ApiKey Key { get; } = key;
}

/// <summary>The context of <see cref="ApiKeyEvents.OnAuthenticationFailed"/>, after a credential was refused.</summary>
/// <param name="context">The request.</param>
/// <param name="scheme">The scheme.</param>
/// <param name="options">The options of the scheme.</param>
/// <param name="outcome">The reason why the credential was refused.</param>
/// <param name="key">The key, or null if the credential does not belong to a known key.</param>
public sealed class ApiKeyAuthenticationFailedContext(
    HttpContext context, AuthenticationScheme scheme, ApiKeyOptions options, ApiKeyOutcome outcome, ApiKey? key)
    : ResultContext<ApiKeyOptions>(context, scheme, options)
{
    /// <summary>Gets the reason why the credential was refused.</summary>
    public ApiKeyOutcome Outcome { get; } = outcome;

    /// <summary>Gets the key, or null if the credential does not belong to a known key.</summary>
    public ApiKey? Key { get; } = key;
}

/// <summary>The context of <see cref="ApiKeyEvents.OnChallenge"/>, before a challenge is answered.</summary>
/// <param name="context">The request.</param>
/// <param name="scheme">The scheme.</param>
/// <param name="options">The options of the scheme.</param>
/// <param name="properties">The properties of the challenge, or null if there are none.</param>
/// <param name="outcome">The outcome of verifying the request's credential.</param>
/// <param name="error">The error to respond with.</param>
public sealed class ApiKeyChallengeContext(
    HttpContext context,
    AuthenticationScheme scheme,
    ApiKeyOptions options,
    AuthenticationProperties? properties,
    ApiKeyOutcome outcome,
    ApiKeyError error)
    : PropertiesContext<ApiKeyOptions>(context, scheme, options, properties)
{
    /// <summary>Gets the outcome of verifying the request's credential.</summary>
    public ApiKeyOutcome Outcome { get; } = outcome;

    /// <summary>Gets or sets the error to respond with.</summary>
    public ApiKeyError Error { get; set; } = error;

    /// <summary>Gets a value that indicates whether the host writes the response itself.</summary>
    public bool Handled { get; private set; }

    /// <summary>Skips the default response, because the host writes the response itself.</summary>
    public void HandleResponse() => Handled = true;
}

/// <summary>The context of <see cref="ApiKeyEvents.OnForbidden"/>, before a valid key is answered with 403.</summary>
/// <param name="context">The request.</param>
/// <param name="scheme">The scheme.</param>
/// <param name="options">The options of the scheme.</param>
/// <param name="properties">The properties of the call, or null if there are none.</param>
/// <param name="error">The error to respond with.</param>
public sealed class ApiKeyForbiddenContext(
    HttpContext context,
    AuthenticationScheme scheme,
    ApiKeyOptions options,
    AuthenticationProperties? properties,
    ApiKeyError error)
    : PropertiesContext<ApiKeyOptions>(context, scheme, options, properties)
{
    /// <summary>Gets or sets the error to respond with.</summary>
    public ApiKeyError Error { get; set; } = error;

    /// <summary>Gets a value that indicates whether the host writes the response itself.</summary>
    public bool Handled { get; private set; }

    /// <summary>Skips the default response, because the host writes the response itself.</summary>
    public void HandleResponse() => Handled = true;
}
