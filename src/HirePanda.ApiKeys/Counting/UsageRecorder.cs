using System.Net;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>Counts every response to a known key, once, when the response has ended for any reason.</summary>
internal sealed class UsageRecorder(KeyActivities activities, EndpointNames endpoints, Countries countries)
{
    /// <summary>The status of a request whose client disconnected before the response started.</summary>
    private const int ClientClosedRequest = 499;

    private static readonly string[] _streams =
        [
            "text/event-stream", "application/grpc", "application/x-ndjson", "application/jsonl", "application/json-seq",
            "multipart/x-mixed-replace",
        ];

    private ContentKind _lastKind = new("", false);

    /// <summary>
    /// Gets or sets a value that indicates whether requests are counted. It is false if no store stores usage. The default is
    /// true.
    /// </summary>
    public bool IsOn { get; set; } = true;

    /// <summary>Counts one request.</summary>
    /// <param name="activity">The activity of the request's key.</param>
    /// <param name="context">The request, at its end.</param>
    /// <param name="endpoint">The endpoint that was matched first, or null to use the endpoint that is matched now.</param>
    /// <param name="address">The client's address, or null if it is unknown.</param>
    /// <param name="startedAt">The time when the key was presented, in ticks.</param>
    /// <param name="now">The time, in ticks.</param>
    public void Record(
        KeyActivity activity, HttpContext context, Endpoint? endpoint, IPAddress? address, long startedAt, long now)
    {
        if (!IsOn)
        {
            return;
        }

        var response = context.Response;
        var method = context.Request.Method;
        var status = response.HasStarted || !context.RequestAborted.IsCancellationRequested
            ? response.StatusCode
            : ClientClosedRequest;
        var cell = new UsageCell(
            endpoints.GetNumber(endpoint ?? context.GetEndpoint(), method),
            status,
            countries.GetNumber(context, address, now),
            IsStream(status, method, response.Headers) ? 0 : ApiKeyLatency.GetBucket(TimeSpan.FromTicks(now - startedAt)));
        activities.Count(activity, cell, UsageTime.Minute(now));
    }

    /// <summary>
    /// Determines whether the response is a stream. The client decides how long a stream lasts, so its duration is not a latency.
    /// </summary>
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

        // The content type is nearly always the same string as the last time.
        var last = _lastKind;
        if (!ReferenceEquals(last.Type, text))
        {
            _lastKind = last = new(text, IsStream(text));
        }

        return last.IsStream;
    }

    /// <summary>
    /// Determines whether a content type is a stream. It is a method of its own, because its closure would otherwise be allocated
    /// for every request.
    /// </summary>
    private static bool IsStream(string type)
        => Array.Exists(_streams, stream => type.StartsWith(stream, StringComparison.OrdinalIgnoreCase));

    private sealed record ContentKind(string Type, bool IsStream);
}
