using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>The context of <see cref="ApiKeyEvents.OnMessageReceived"/>: no credential was read yet.</summary>
/// <param name="context">The request.</param>
/// <param name="scheme">The scheme.</param>
/// <param name="options">The options of the scheme.</param>
public sealed class ApiKeyMessageReceivedContext(HttpContext context, AuthenticationScheme scheme, ApiKeyOptions options)
    : ResultContext<ApiKeyOptions>(context, scheme, options)
{
    /// <summary>
    /// Gets or sets a secret from elsewhere, which is verified instead of the headers' credential. Null reads the headers. The
    /// default is null.
    /// </summary>
    public string? Secret { get; set; }
}

/// <summary>The context of <see cref="ApiKeyEvents.OnKeyValidated"/>: a key was admitted.</summary>
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

/// <summary>The context of <see cref="ApiKeyEvents.OnAuthenticationFailed"/>: a credential was refused.</summary>
/// <param name="context">The request.</param>
/// <param name="scheme">The scheme.</param>
/// <param name="options">The options of the scheme.</param>
/// <param name="outcome">Why the credential was refused.</param>
/// <param name="key">The key, or null if the credential belongs to no known key.</param>
public sealed class ApiKeyAuthenticationFailedContext(
    HttpContext context, AuthenticationScheme scheme, ApiKeyOptions options, ApiKeyOutcome outcome, ApiKey? key)
    : ResultContext<ApiKeyOptions>(context, scheme, options)
{
    /// <summary>Gets why the credential was refused.</summary>
    public ApiKeyOutcome Outcome { get; } = outcome;

    /// <summary>Gets the key, or null if the credential belongs to no known key.</summary>
    public ApiKey? Key { get; } = key;
}

/// <summary>The context of <see cref="ApiKeyEvents.OnChallenge"/>: a challenge is about to be answered.</summary>
/// <param name="context">The request.</param>
/// <param name="scheme">The scheme.</param>
/// <param name="options">The options of the scheme.</param>
/// <param name="properties">The properties of the challenge, or null for none.</param>
/// <param name="outcome">What became of the request's credential.</param>
/// <param name="error">The error to answer.</param>
public sealed class ApiKeyChallengeContext(
    HttpContext context,
    AuthenticationScheme scheme,
    ApiKeyOptions options,
    AuthenticationProperties? properties,
    ApiKeyOutcome outcome,
    ApiKeyError error)
    : PropertiesContext<ApiKeyOptions>(context, scheme, options, properties)
{
    /// <summary>Gets what became of the request's credential.</summary>
    public ApiKeyOutcome Outcome { get; } = outcome;

    /// <summary>Gets or sets the error to answer.</summary>
    public ApiKeyError Error { get; set; } = error;

    /// <summary>Gets a value that indicates whether the host answers by itself.</summary>
    public bool Handled { get; private set; }

    /// <summary>Skips the default answer, because the host answers by itself.</summary>
    public void HandleResponse() => Handled = true;
}

/// <summary>The context of <see cref="ApiKeyEvents.OnForbidden"/>: 403 is about to be answered to a valid key.</summary>
/// <param name="context">The request.</param>
/// <param name="scheme">The scheme.</param>
/// <param name="options">The options of the scheme.</param>
/// <param name="properties">The properties of the call, or null for none.</param>
/// <param name="error">The error to answer.</param>
public sealed class ApiKeyForbiddenContext(
    HttpContext context,
    AuthenticationScheme scheme,
    ApiKeyOptions options,
    AuthenticationProperties? properties,
    ApiKeyError error)
    : PropertiesContext<ApiKeyOptions>(context, scheme, options, properties)
{
    /// <summary>Gets or sets the error to answer.</summary>
    public ApiKeyError Error { get; set; } = error;

    /// <summary>Gets a value that indicates whether the host answers by itself.</summary>
    public bool Handled { get; private set; }

    /// <summary>Skips the default answer, because the host answers by itself.</summary>
    public void HandleResponse() => Handled = true;
}
