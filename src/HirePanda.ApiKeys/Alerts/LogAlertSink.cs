using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>Tells the host's log of every alert.</summary>
internal sealed class LogAlertSink(ILogger<LogAlertSink> logger) : IApiKeyAlertSink
{
    public ValueTask SendAsync(ApiKeyAlert alert, CancellationToken cancellationToken)
    {
        Log.AlertRaised(logger, alert.Kind, alert.Workspace, alert.Message, alert.Id);
        return default;
    }
}
