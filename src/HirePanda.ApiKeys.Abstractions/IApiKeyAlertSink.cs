namespace HirePanda.ApiKeys;

/// <summary>
/// Sends alerts to a further place, such as mail, a chat, or a pager. Register it with <c>AddAlertSink&lt;T&gt;()</c>.
/// </summary>
public interface IApiKeyAlertSink
{
    /// <summary>Sends an alert. It is called once, by the process that stored the alert.</summary>
    /// <param name="alert">The alert.</param>
    /// <param name="cancellationToken">Is canceled after 30 seconds.</param>
    /// <returns>A task that represents the call.</returns>
    /// <exception cref="Exception">
    /// The alert was not sent. The exception can have any type. It is logged, and the alert is not sent to this sink again.
    /// </exception>
    ValueTask SendAsync(ApiKeyAlert alert, CancellationToken cancellationToken);
}
