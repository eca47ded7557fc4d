using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>Every message of the library. None ever holds a secret.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "The API key store cannot answer; cached keys serve for at most five minutes, all others are answered 503.")]
    public static partial void StoreCannotAnswer(ILogger logger, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "No API key store is registered, so every key is answered 503. Call AddHirePandaApiKeys().AddStore<T>() with your own IApiKeyStore, or AddInMemoryStore().")]
    public static partial void NoStore(ILogger logger);

    [LoggerMessage(3, LogLevel.Error, "A key was verified for the address {Verified}, but the response went to {Actual}: something changed the client address after authentication, so allowlists see the wrong one. Call UseForwardedHeaders, UseCors, UseAuthentication and UseAuthorization in this order. (Logged once.)")]
    public static partial void AddressChanged(ILogger logger, string verified, string actual);

    [LoggerMessage(4, LogLevel.Warning, "The endpoint {Endpoint} has a cost, but its key was verified before routing chose it, so it cost 1. Call UseRouting before UseAuthentication. (Logged once.)")]
    public static partial void CostUnknown(ILogger logger, string? endpoint);

    [LoggerMessage(5, LogLevel.Error, "The API key store cannot answer a management call.")]
    public static partial void ManagementStoreFailed(ILogger logger, Exception exception);

    [LoggerMessage(6, LogLevel.Debug, "A credential was refused: {Outcome}, key {KeyId}.")]
    public static partial void Refused(ILogger logger, ApiKeyOutcome outcome, string? keyId);
}
