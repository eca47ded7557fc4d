using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The log messages of the dashboard.</summary>
internal static partial class DashboardLog
{
    [LoggerMessage(1, LogLevel.Error, "The dashboard could not answer, because the API key store failed.")]
    public static partial void Failed(ILogger logger, Exception exception);

    [LoggerMessage(2, LogLevel.Error, "{Mistake}")]
    public static partial void Mistake(ILogger logger, string mistake);

    [LoggerMessage(
        3,
        LogLevel.Warning,
        "A form of the dashboard was refused, because its antiforgery token is not valid. If several nodes serve the dashboard, "
        + "they must share the keys of data protection: persist them in one place, and call SetApplicationName with the same "
        + "name.")]
    public static partial void InvalidToken(ILogger logger, Exception exception);

    [LoggerMessage(4, LogLevel.Warning, "A form of the dashboard was refused, because a browser sent it from elsewhere: {Site}.")]
    public static partial void CrossSite(ILogger logger, string site);
}
