using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>What a host may do while a request is authenticated; set the delegates, or derive and override.</summary>
public class ApiKeyEvents
{
    private static readonly Func<ApiKeyMessageReceivedContext, Task> _ignoreReceived = static _ => Task.CompletedTask;
    private static readonly Func<ApiKeyValidatedContext, Task> _ignoreVerified = static _ => Task.CompletedTask;
    private static readonly Func<ApiKeyAuthenticationFailedContext, Task> _ignoreFailed = static _ => Task.CompletedTask;

    /// <summary>Called first: may supply the secret from elsewhere, or end authentication with a result of its own.</summary>
    public Func<ApiKeyMessageReceivedContext, Task> OnMessageReceived { get; set; } = _ignoreReceived;

    /// <summary>Called when a key was admitted: may add claims and identities, or fail. A principal without the identity that it was given meets no policy of tiers and permissions.</summary>
    public Func<ApiKeyValidatedContext, Task> OnKeyValidated { get; set; } = _ignoreVerified;

    /// <summary>Called when a credential was refused.</summary>
    public Func<ApiKeyAuthenticationFailedContext, Task> OnAuthenticationFailed { get; set; } = _ignoreFailed;

    /// <summary>Called before 401 (or 403, 429, 503 for a credential that was refused so) is answered; <c>HandleResponse</c> replaces the answer.</summary>
    public Func<ApiKeyChallengeContext, Task> OnChallenge { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Called before 403 is answered to a valid key without the right; <c>HandleResponse</c> replaces the answer.</summary>
    public Func<ApiKeyForbiddenContext, Task> OnForbidden { get; set; } = static _ => Task.CompletedTask;

    /// <summary>False where <see cref="MessageReceivedAsync"/> does nothing, so that a request need not prepare the event.</summary>
    internal bool HandlesMessageReceived => OnMessageReceived != _ignoreReceived || GetType() != typeof(ApiKeyEvents);

    /// <summary>False where <see cref="KeyValidatedAsync"/> does nothing.</summary>
    internal bool HandlesKeyValidated => OnKeyValidated != _ignoreVerified || GetType() != typeof(ApiKeyEvents);

    /// <summary>False where <see cref="AuthenticationFailedAsync"/> does nothing.</summary>
    internal bool HandlesAuthenticationFailed => OnAuthenticationFailed != _ignoreFailed || GetType() != typeof(ApiKeyEvents);

    /// <summary>Calls <see cref="OnMessageReceived"/>.</summary>
    /// <param name="context">The event.</param>
    public virtual Task MessageReceivedAsync(ApiKeyMessageReceivedContext context) => OnMessageReceived(context);

    /// <summary>Calls <see cref="OnKeyValidated"/>.</summary>
    /// <param name="context">The event.</param>
    public virtual Task KeyValidatedAsync(ApiKeyValidatedContext context) => OnKeyValidated(context);

    /// <summary>Calls <see cref="OnAuthenticationFailed"/>.</summary>
    /// <param name="context">The event.</param>
    public virtual Task AuthenticationFailedAsync(ApiKeyAuthenticationFailedContext context) => OnAuthenticationFailed(context);

    /// <summary>Calls <see cref="OnChallenge"/>.</summary>
    /// <param name="context">The event.</param>
    public virtual Task ChallengeAsync(ApiKeyChallengeContext context) => OnChallenge(context);

    /// <summary>Calls <see cref="OnForbidden"/>.</summary>
    /// <param name="context">The event.</param>
    public virtual Task ForbiddenAsync(ApiKeyForbiddenContext context) => OnForbidden(context);
}

/// <summary>A request whose credential was not looked for yet.</summary>
public sealed class ApiKeyMessageReceivedContext : ResultContext<ApiKeyOptions>
{
    internal ApiKeyMessageReceivedContext(HttpContext context, AuthenticationScheme scheme, ApiKeyOptions options)
        : base(context, scheme, options)
    {
    }

    /// <summary>A secret from elsewhere, verified instead of the headers'; null: the headers are read. Default: null.</summary>
    public string? Secret { get; set; }
}

/// <summary>A key that was admitted.</summary>
public sealed class ApiKeyValidatedContext : ResultContext<ApiKeyOptions>
{
    internal ApiKeyValidatedContext(HttpContext context, AuthenticationScheme scheme, ApiKeyOptions options, ApiKey key)
        : base(context, scheme, options)
        => Key = key;

    /// <summary>The key.</summary>
    public ApiKey Key { get; }
}

/// <summary>A credential that was refused.</summary>
public sealed class ApiKeyAuthenticationFailedContext : ResultContext<ApiKeyOptions>
{
    internal ApiKeyAuthenticationFailedContext(HttpContext context, AuthenticationScheme scheme, ApiKeyOptions options, ApiKeyVerdict verdict)
        : base(context, scheme, options)
        => Verdict = verdict;

    /// <summary>Why it was refused.</summary>
    public ApiKeyVerdict Verdict { get; }
}

/// <summary>A challenge about to be answered.</summary>
public sealed class ApiKeyChallengeContext : PropertiesContext<ApiKeyOptions>
{
    internal ApiKeyChallengeContext(
        HttpContext context, AuthenticationScheme scheme, ApiKeyOptions options, AuthenticationProperties properties, ApiKeyVerdict verdict, ApiKeyError error)
        : base(context, scheme, options, properties)
        => (Verdict, Error) = (verdict, error);

    /// <summary>What became of the request's credential.</summary>
    public ApiKeyVerdict Verdict { get; }

    /// <summary>What will be answered; may be replaced.</summary>
    public ApiKeyError Error { get; set; }

    /// <summary>Whether the host answers by itself.</summary>
    public bool Handled { get; private set; }

    /// <summary>Says that the host answers by itself.</summary>
    public void HandleResponse() => Handled = true;
}

/// <summary>A 403 about to be answered to a valid key.</summary>
public sealed class ApiKeyForbiddenContext : PropertiesContext<ApiKeyOptions>
{
    internal ApiKeyForbiddenContext(
        HttpContext context, AuthenticationScheme scheme, ApiKeyOptions options, AuthenticationProperties properties, ApiKeyError error)
        : base(context, scheme, options, properties)
        => Error = error;

    /// <summary>What will be answered; may be replaced.</summary>
    public ApiKeyError Error { get; set; }

    /// <summary>Whether the host answers by itself.</summary>
    public bool Handled { get; private set; }

    /// <summary>Says that the host answers by itself.</summary>
    public void HandleResponse() => Handled = true;
}
