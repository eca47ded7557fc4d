using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace HirePanda.ApiKeys;

/// <summary>
/// Makes one attempt to deliver a message, after the Standard Webhooks specification: with a new signature, straight to an
/// address that is checked where the socket connects, without redirects, proxy, cookies or retries of its own. The answer's body
/// is not read.
/// </summary>
internal sealed class WebhookClient : IDisposable
{
    private static readonly HttpRequestOptionsKey<string> _workspace = new("HirePanda.ApiKeys.Workspace");

    private readonly WebhookTargets _targets;
    private readonly WebhookSecrets _secrets;
    private readonly TimeProvider _time;

    /// <summary>Made for the first message: most hosts never send one, and need not wait for it at their start.</summary>
    private readonly Lazy<HttpClient> _http;

    public WebhookClient(WebhookTargets targets, WebhookSecrets secrets, TimeProvider time)
        => (_targets, _secrets, _time, _http) = (targets, secrets, time, new(Connect));

    /// <summary>How long an attempt may take, by the machine's own clock: sockets know no other.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Sends a message once.</summary>
    /// <exception cref="HttpRequestException">There was no answer.</exception>
    /// <exception cref="CryptographicException">The signing secret cannot be read.</exception>
    /// <exception cref="OperationCanceledException">There was none in time.</exception>
    public async Task<HttpStatusCode> SendAsync(
        ApiKeyWebhook webhook, ApiKeyWebhookDelivery delivery, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(webhook.Url, UriKind.Absolute, out var uri) || !_targets.IsAllowed(uri))
        {
            throw new HttpRequestException("The address is not an https address.");
        }

        var secret = _secrets.Unprotect(webhook);
        var timestamp = _time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, uri);
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(delivery.Payload));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", delivery.Id);
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", WebhookSecrets.Sign(secret, $"{delivery.Id}.{timestamp}.{delivery.Payload}"));
        request.Options.Set(_workspace, webhook.Workspace);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(AttemptTimeout);
        using var response = await _http.Value.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token)
            .ConfigureAwait(false);
        return response.StatusCode;
    }

    public void Dispose()
    {
        if (_http.IsValueCreated)
        {
            _http.Value.Dispose();
        }
    }

    private HttpClient Connect()
    {
        var http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectCallback = ConnectAsync,
            PooledConnectionLifetime = TimeSpan.Zero,
            MaxResponseDrainSize = 0,
            MaxResponseHeadersLength = 16,

            // A connection attempt outlives the message that it was made for.
            ConnectTimeout = TimeSpan.FromSeconds(15),

            // Nobody else is told of our traces, and no trace of the address, which may hold a secret.
            ActivityHeadersPropagator = null,
        });
        http.Timeout = Timeout.InfiniteTimeSpan;
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("HirePanda.ApiKeys", null));
        return http;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        context.InitialRequestMessage.Options.TryGetValue(_workspace, out var workspace);
        var addresses = await _targets.FindAsync(context.DnsEndPoint.Host, workspace ?? "", cancellationToken)
            .ConfigureAwait(false);
        if (addresses.Length == 0)
        {
            throw new HttpRequestException("The host has no public address.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
