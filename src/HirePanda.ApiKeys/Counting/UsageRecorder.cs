using System.Net;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>Counts every response to a key that is known: once, when it has ended, whichever way it did.</summary>
internal sealed class UsageRecorder(KeyActivities uses, EndpointNames endpoints, Countries countries)
{
    private const int ClientGone = 499;

    private static readonly string[] _streams =
        ["text/event-stream", "application/grpc", "application/x-ndjson", "application/jsonl", "application/json-seq", "multipart/x-mixed-replace"];

    /// <summary>How often a report looks whether those are counted that are being answered; a long answer is left to a later report.</summary>
    private const int Looks = 20;

    private static readonly TimeSpan _betweenLooks = TimeSpan.FromMilliseconds(5);

    private OpenAnswers _open = new();
    private ContentKind _lastKind = new("", false);

    /// <summary>False where no store keeps usage.</summary>
    public bool IsOn { get; set; } = true;

    /// <summary>Notes that an answer begins which will soon be counted.</summary>
    /// <returns>Where its end is to be noted; null: nowhere, since it lasts as long as its client likes.</returns>
    public OpenAnswers? Begin(HttpContext context)
    {
        var response = context.Response;
        if (!IsOn || IsStream(response.StatusCode, context.Request.Method, response.Headers))
        {
            return null;
        }

        var open = Volatile.Read(ref _open);
        open.Begin();
        return open;
    }

    /// <summary>
    /// Waits a moment for those that are being answered: a request is counted after its caller has the answer, who expects to find it in
    /// the report that they ask for next. No answer is waited for twice, so that a long one does not slow every report down.
    /// </summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        var open = Interlocked.Exchange(ref _open, new OpenAnswers());
        for (var look = 0; look < Looks && !open.AreCounted; look++)
        {
            await Task.Delay(_betweenLooks, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Counts one request.</summary>
    /// <param name="use">The note of the request's key.</param>
    /// <param name="context">The request, at its end.</param>
    /// <param name="endpoint">The endpoint that was matched first; null: the one that is matched now.</param>
    /// <param name="address">The client's address.</param>
    /// <param name="begunAt">When the key was presented, in ticks.</param>
    /// <param name="now">The time, in ticks.</param>
    public void Record(KeyActivity use, HttpContext context, Endpoint? endpoint, IPAddress? address, long begunAt, long now)
    {
        if (!IsOn)
        {
            return;
        }

        var response = context.Response;
        var method = context.Request.Method;
        var status = response.HasStarted || !context.RequestAborted.IsCancellationRequested ? response.StatusCode : ClientGone;
        var cell = new UsageCell(
            endpoints.Of(endpoint ?? context.GetEndpoint(), method),
            status,
            countries.Of(context, address, now),
            IsStream(status, method, response.Headers) ? 0 : ApiKeyLatency.BucketOf(TimeSpan.FromTicks(now - begunAt)));
        uses.Count(use, cell, UsageTime.Minute(now));
    }

    /// <summary>Whether the response lasts as long as the client likes, so that its time says nothing.</summary>
    private bool IsStream(int status, string method, IHeaderDictionary headers)
    {
        if (status == StatusCodes.Status101SwitchingProtocols || HttpMethods.IsConnect(method))
        {
            return true;
        }

        var type = headers.ContentType;
        if (type.Count == 0 || type[0] is not { } text)
        {
            return false;
        }

        // Nearly always the same string as the last time.
        var last = _lastKind;
        if (!ReferenceEquals(last.Type, text))
        {
            _lastKind = last = new(text, IsStream(text));
        }

        return last.IsStream;
    }

    /// <summary>On its own, since what it closes over would be allocated for every request.</summary>
    private static bool IsStream(string type) => Array.Exists(_streams, stream => type.StartsWith(stream, StringComparison.OrdinalIgnoreCase));

    private sealed record ContentKind(string Type, bool IsStream);
}
