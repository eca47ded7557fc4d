using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>Defines the log messages of the package. They never contain a secret.</summary>
internal static partial class RedisLog
{
    [LoggerMessage(
        101,
        LogLevel.Error,
        "Redis is unavailable for API keys: {Problem}. Until it is available, {Effect}. (Logged once until it is available.)")]
    public static partial void Unavailable(ILogger logger, string problem, string effect);

    [LoggerMessage(102, LogLevel.Warning, "Redis is available for API keys again. Rate limits are shared by all processes.")]
    public static partial void Available(ILogger logger);
}
