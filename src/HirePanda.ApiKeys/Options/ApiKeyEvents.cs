namespace HirePanda.ApiKeys;

/// <summary>
/// Lets a host take part in authentication. Set the delegates, or derive from this class and override its methods.
/// </summary>
public class ApiKeyEvents
{
    private static readonly Func<ApiKeyMessageReceivedContext, Task> _receiveNothing = static _ => Task.CompletedTask;
    private static readonly Func<ApiKeyValidatedContext, Task> _validateNothing = static _ => Task.CompletedTask;

    /// <summary>
    /// Gets or sets the delegate that runs first. It can supply a secret, for example from a cookie, or end authentication with
    /// its own result.
    /// </summary>
    public Func<ApiKeyMessageReceivedContext, Task> OnMessageReceived { get; set; } = _receiveNothing;

    /// <summary>
    /// Gets or sets the delegate that runs after a key was admitted. It can add claims and identities, or fail. Keep the
    /// identity that the delegate receives: a principal without it does not meet the policies of tiers and permissions.
    /// </summary>
    public Func<ApiKeyValidatedContext, Task> OnKeyValidated { get; set; } = _validateNothing;

    /// <summary>Gets or sets the delegate that runs after a credential was refused.</summary>
    public Func<ApiKeyAuthenticationFailedContext, Task> OnAuthenticationFailed { get; set; } = static _ => Task.CompletedTask;

    /// <summary>
    /// Gets or sets the delegate that runs before a challenge is answered. The status is 401, or 403, 429 or 503 if that is why
    /// the credential was refused. Call <see cref="ApiKeyChallengeContext.HandleResponse"/> to replace the response.
    /// </summary>
    public Func<ApiKeyChallengeContext, Task> OnChallenge { get; set; } = static _ => Task.CompletedTask;

    /// <summary>
    /// Gets or sets the delegate that runs before 403 is answered to a valid key that lacks a permission. Call
    /// <see cref="ApiKeyForbiddenContext.HandleResponse"/> to replace the response.
    /// </summary>
    public Func<ApiKeyForbiddenContext, Task> OnForbidden { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Gets a value that indicates whether the host handles the event, so that a request needs its context.</summary>
    internal bool HandlesMessageReceived => IsDerived || OnMessageReceived != _receiveNothing;

    /// <summary>Gets a value that indicates whether the host handles the event, so that a request needs its context.</summary>
    internal bool HandlesKeyValidated => IsDerived || OnKeyValidated != _validateNothing;

    private bool IsDerived => GetType() != typeof(ApiKeyEvents);

    /// <summary>Invokes <see cref="OnMessageReceived"/>.</summary>
    /// <param name="context">The context of the event.</param>
    public virtual Task MessageReceivedAsync(ApiKeyMessageReceivedContext context) => OnMessageReceived(context);

    /// <summary>Invokes <see cref="OnKeyValidated"/>.</summary>
    /// <param name="context">The context of the event.</param>
    public virtual Task KeyValidatedAsync(ApiKeyValidatedContext context) => OnKeyValidated(context);

    /// <summary>Invokes <see cref="OnAuthenticationFailed"/>.</summary>
    /// <param name="context">The context of the event.</param>
    public virtual Task AuthenticationFailedAsync(ApiKeyAuthenticationFailedContext context) => OnAuthenticationFailed(context);

    /// <summary>Invokes <see cref="OnChallenge"/>.</summary>
    /// <param name="context">The context of the event.</param>
    public virtual Task ChallengeAsync(ApiKeyChallengeContext context) => OnChallenge(context);

    /// <summary>Invokes <see cref="OnForbidden"/>.</summary>
    /// <param name="context">The context of the event.</param>
    public virtual Task ForbiddenAsync(ApiKeyForbiddenContext context) => OnForbidden(context);
}
