namespace HirePanda.ApiKeys;

/// <summary>Where a host wants its alerts to go besides: mail, a chat, a pager. Register it with <c>AddAlertSink&lt;T&gt;()</c>.</summary>
public interface IApiKeyAlertSink
{
    /// <summary>Tells of an alert that was stored, once, on the process that stored it.</summary>
    /// <param name="alert">The alert.</param>
    /// <param name="cancellationToken">Cancelled when it takes longer than 30 seconds.</param>
    /// <exception cref="Exception">Anything thrown is logged and harms nobody; the alert is not sent to this sink again.</exception>
    ValueTask SendAsync(ApiKeyAlert alert, CancellationToken cancellationToken);
}
