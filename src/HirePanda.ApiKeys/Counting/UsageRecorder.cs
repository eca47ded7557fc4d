using System.Net;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>Counts every response to a key that is known: once, when it has ended, whichever way it did.</summary>
internal sealed class UsageRecorder(KeyActivities uses, EndpointNames endpoints, Countries countries)
{
    private const int ClientGone = 499;

    private static readonly string[] _streams =
        [
            "text/event-stream", "application/grpc", "application/x-ndjson", "application/jsonl", "application/json-seq",
            "multipart/x-mixed-replace",
        ];

    private ContentKind _lastKind = new("", false);

    /// <summary>False where no store keeps usage.</summary>
    public bool IsOn { get; set; } = true;

    /// <summary>Counts one request.</summary>
    /// <param name="use">The note of the request's key.</param>
    /// <param name="context">The request, at its end.</param>
    /// <param name="endpoint">The endpoint that was matched first, or null for the one that is matched now.</param>
    /// <param name="address">The client's address.</param>
    /// <param name="startedAt">When the key was presented, in ticks.</param>
    /// <param name="now">The time, in ticks.</param>
    public void Record(KeyActivity use, HttpContext context, Endpoint? endpoint, IPAddress? address, long startedAt, long now)
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
            IsStream(status, method, response.Headers) ? 0 : ApiKeyLatency.GetBucket(TimeSpan.FromTicks(now - startedAt)));
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
    private static bool IsStream(string type)
        => Array.Exists(_streams, stream => type.StartsWith(stream, StringComparison.OrdinalIgnoreCase));

    private sealed record ContentKind(string Type, bool IsStream);
}
