using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>Defines all log messages of the library. They never contain a secret.</summary>
internal static partial class Log
{
    [LoggerMessage(
        1,
        LogLevel.Error,
        "The API key store cannot answer. Cached keys serve for at most five minutes. All other keys are answered 503.")]
    public static partial void StoreCannotAnswer(ILogger logger, Exception exception);

    [LoggerMessage(
        13,
        LogLevel.Warning,
        "Too many reads of the API key store are in progress, so keys that are not cached are answered 503. At most {Max} "
        + "run at once (Cache:MaxStoreReads), half of them for unknown secrets. (Logged every five seconds.)")]
    public static partial void StoreIsBusy(ILogger logger, int max);

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "No API key store is registered, so every key is answered 503. Call AddHirePandaApiKeys().AddStore<T>() with your "
        + "own IApiKeyStore, or AddInMemoryStore().")]
    public static partial void NoStore(ILogger logger);

    [LoggerMessage(
        3,
        LogLevel.Error,
        "A key was verified for the address {Verified}, but the response went to {Actual}. The client address changed after "
        + "authentication, so allowlists check the wrong address. Call UseForwardedHeaders, UseCors, UseAuthentication and "
        + "UseAuthorization in this order. (Logged once.)")]
    public static partial void AddressChanged(ILogger logger, string verified, string actual);

    [LoggerMessage(
        4,
        LogLevel.Warning,
        "The endpoint {Endpoint} has a cost, but its key was verified before routing selected it, so the request cost 1 "
        + "permit. Call UseRouting before UseAuthentication. (Logged once.)")]
    public static partial void CostUnknown(ILogger logger, string? endpoint);

    [LoggerMessage(
        7,
        LogLevel.Warning,
        "A request from {Address} carries X-Forwarded-For or Forwarded, but no middleware used it, so allowlists and audit "
        + "entries use the address of the connection. If the application is behind a proxy, set KnownProxies or "
        + "KnownIPNetworks of ForwardedHeadersOptions, and call UseForwardedHeaders before UseAuthentication. (Logged once.)")]
    public static partial void ForwardingUnused(ILogger logger, string address);

    [LoggerMessage(5, LogLevel.Error, "An API key management call failed, because the store threw an exception or timed out.")]
    public static partial void ManagementStoreFailed(ILogger logger, Exception exception);

    [LoggerMessage(8, LogLevel.Error, "The refused attempt at {Action} could not be written to the audit log.")]
    public static partial void RefusalNotAudited(ILogger logger, Exception exception, string action);

    [LoggerMessage(
        10,
        LogLevel.Warning,
        "Workspace {Workspace} has too many refused attempts. Until the hour ends, refused attempts at {Action} by {Actor} "
        + "are not written to the audit log. (Logged once an hour for each actor and action.)")]
    public static partial void RefusalsLeftOut(ILogger logger, string workspace, string action, string actor);

    [LoggerMessage(15, LogLevel.Error, "{Message} (Logged once until it succeeds.)")]
    public static partial void JobFailed(ILogger logger, Exception exception, string message);

    [LoggerMessage(
        16,
        LogLevel.Critical,
        "A background job of API keys could not be created, so the host is stopping. Fix the constructor of the service "
        + "named below, or do not register the service.")]
    public static partial void JobNotCreated(ILogger logger, Exception exception);

    [LoggerMessage(
        9,
        LogLevel.Warning,
        "The IP allowlist of workspace {Workspace} is report-only. It would have refused key {KeyId} from {Address}. "
        + "(Logged once an hour for each client, and for at most {MaxClients} clients of a workspace.)")]
    public static partial void WouldRefuse(ILogger logger, string workspace, string keyId, string address, int maxClients);

    [LoggerMessage(
        11,
        LogLevel.Warning,
        "Another IAuthorizationMiddlewareResultHandler is registered after AddHirePandaApiKeys(), so a policy that names a "
        + "second scheme may find the response started. Register the handler before AddHirePandaApiKeys().")]
    public static partial void ResultHandlerReplaced(ILogger logger);

    [LoggerMessage(
        14,
        LogLevel.Warning,
        "The host's own authorization policy '{Policy}' hides the policy of the API key tier or permission '{Name}'. To "
        + "use both, set ApiKeyOptions.PolicyPrefix, for example to 'key:'.")]
    public static partial void PolicyHidden(ILogger logger, string policy, string name);

    [LoggerMessage(12, LogLevel.Error, "The changed API key options are not valid. The last valid options stay in effect.")]
    public static partial void OptionsInvalid(ILogger logger, Exception exception);

    [LoggerMessage(6, LogLevel.Debug, "A credential was refused: {Outcome}, key {KeyId}.")]
    public static partial void Refused(ILogger logger, ApiKeyOutcome outcome, string? keyId);

    [LoggerMessage(20, LogLevel.Warning, "Alert {Kind} of workspace {Workspace}: {Message} ({AlertId})")]
    public static partial void AlertRaised(ILogger logger, string kind, string workspace, string message, string alertId);

    [LoggerMessage(21, LogLevel.Error, "An alert ({Kind}) could not be stored, so it was not raised. (Logged once a minute.)")]
    public static partial void AlertNotRaised(ILogger logger, Exception exception, string kind);

    [LoggerMessage(
        22,
        LogLevel.Warning,
        "An alert ({Kind}) was not raised, because no IApiKeyAlertStore is registered. Implement it in your store. (Logged "
        + "once a minute.)")]
    public static partial void NoAlertStore(ILogger logger, string kind);

    [LoggerMessage(23, LogLevel.Error, "An IApiKeyAlertSink failed. Alert {AlertId} is not sent to it again.")]
    public static partial void AlertSinkFailed(ILogger logger, Exception exception, string alertId);

    [LoggerMessage(
        26,
        LogLevel.Information,
        "Webhook {WebhookId} did not accept message {MessageId} at attempt {Attempt}: {Reason}. Next attempt: {Next}.")]
    public static partial void AttemptFailed(
        ILogger logger, string webhookId, string messageId, int attempt, string? reason, DateTimeOffset? next);

    [LoggerMessage(27, LogLevel.Warning, "Webhook {WebhookId} of workspace {Workspace} disabled: {Reason}.")]
    public static partial void WebhookDisabled(ILogger logger, string webhookId, string workspace, string reason);

    [LoggerMessage(
        28,
        LogLevel.Error,
        "The signing secret of webhook {WebhookId} of workspace {Workspace} cannot be read, so nothing is sent to it. "
        + "Restore the pepper (Hashing:Pepper, Hashing:PreviousPeppers) or the data protection keys that protected it, or "
        + "delete the webhook and add it again.")]
    public static partial void SecretUnreadable(ILogger logger, Exception exception, string webhookId, string workspace);

    [LoggerMessage(
        29,
        LogLevel.Warning,
        "The host name of a webhook could not be resolved within 5 seconds. While name servers are this slow, requests to "
        + "add a webhook are answered 503, and deliveries are tried again later. (Logged once a minute.)")]
    public static partial void LookupsSlow(ILogger logger);

    [LoggerMessage(
        17, LogLevel.Error, "The caller of scheme {Scheme} could not be resolved, so the request is answered 503.")]
    public static partial void ActorUnresolved(ILogger logger, Exception exception, string scheme);

    [LoggerMessage(
        18,
        LogLevel.Information,
        "A credential of scheme {Scheme} is answered 403, because it does not name a workspace and a client. Add the claim "
        + "\"workspace\" to the credential, or set MapActor of the accepted scheme.")]
    public static partial void NoWorkspace(ILogger logger, string scheme);

    [LoggerMessage(
        19,
        LogLevel.Error,
        "Scheme {Scheme} failed to authenticate a request, so the request is answered 503. Check what the scheme needs, such as "
        + "its issuer or its database.")]
    public static partial void SchemeFailed(ILogger logger, Exception? exception, string scheme);
}
