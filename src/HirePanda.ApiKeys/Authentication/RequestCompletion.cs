using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Counts the request of a key or client when its response has completed, and then checks that the host's middleware runs in the
/// order that verification relies on.
/// </summary>
internal sealed class RequestCompletion
{
    private readonly UsageRecorder _recorder;
    private readonly TimeProvider _time;
    private readonly ILogger<RequestCompletion> _logger;

    /// <summary>The callback. It is created once, so that a request does not allocate it.</summary>
    private readonly Func<object, Task> _complete;

    private int _addressWarned;
    private int _costWarned;

    /// <summary>The number of requests that are still checked for a proxy. Behind a proxy, the first requests show it.</summary>
    private int _forwardingChecks = 1_000;

    public RequestCompletion(UsageRecorder recorder, TimeProvider time, ILogger<RequestCompletion> logger)
    {
        (_recorder, _time, _logger) = (recorder, time, logger);
        _complete = request =>
        {
            Complete((ApiKeyRequest)request);
            return Task.CompletedTask;
        };
    }

    /// <summary>Registers the request to be counted when its response completes, if its key or client is known.</summary>
    public void Attach(ApiKeyRequest request)
    {
        if (request.Verdict.Live is not null || request.Client is not null)
        {
            request.Context.Response.OnCompleted(_complete, request);
        }
    }

    private void Complete(ApiKeyRequest request)
    {
        if (request.Activity is { } activity)
        {
            _recorder.Record(
                activity, request.Context, request.Endpoint, request.Address, request.StartedAt, _time.GetUtcNow().UtcTicks);
        }

        CheckAddress(request);
        CheckForwarding(request);
        CheckCost(request);
    }

    private void CheckAddress(ApiKeyRequest request)
    {
        var address = request.Context.Connection.RemoteIpAddress;
        if (!Equals(address, request.Address) && Interlocked.Exchange(ref _addressWarned, 1) == 0)
        {
            Log.AddressChanged(_logger, Name(request.Address), Name(address));
        }
    }

    /// <summary>
    /// Warns once if a proxy forwards client addresses and no middleware uses them. The framework's middleware renames the header
    /// that it has used.
    /// </summary>
    private void CheckForwarding(ApiKeyRequest request)
    {
        if (Volatile.Read(ref _forwardingChecks) <= 0)
        {
            return;
        }

        Interlocked.Decrement(ref _forwardingChecks);
        var headers = request.Context.Request.Headers;
        var isUsed = headers.ContainsKey(ForwardedHeadersDefaults.XOriginalForHeaderName);
        if ((isUsed || headers.ContainsKey(ForwardedHeadersDefaults.XForwardedForHeaderName) || headers.ContainsKey("Forwarded"))
            && Interlocked.Exchange(ref _forwardingChecks, 0) > 0 && !isUsed)
        {
            Log.ForwardingUnused(_logger, Name(request.Context.Connection.RemoteIpAddress));
        }
    }

    private void CheckCost(ApiKeyRequest request)
    {
        if (request.Endpoint is null && request.Context.GetEndpoint() is { } endpoint
            && endpoint.Metadata.GetMetadata<ApiKeyCostAttribute>() is not null && Interlocked.Exchange(ref _costWarned, 1) == 0)
        {
            Log.CostUnknown(_logger, endpoint.DisplayName);
        }
    }

    private static string Name(IPAddress? address) => address?.ToString() ?? "(none)";
}
