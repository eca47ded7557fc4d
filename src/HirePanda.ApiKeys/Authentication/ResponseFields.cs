using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Adds the header fields that a request's key calls for, when the response starts, so that no error page loses them; and counts it at
/// its end, when it also looks whether the host's middleware runs in the order that our checks rely on.
/// </summary>
internal sealed class ResponseFields(ApiKeySettings settings, UsageRecorder recorder, TimeProvider time, ILogger<ResponseFields> logger)
{
    private static readonly Func<object, Task> _write = static state =>
    {
        var request = (ApiKeyRequest)state;
        request.Fields!.Write(request.Context, request);
        return Task.CompletedTask;
    };

    private static readonly Func<object, Task> _complete = static state =>
    {
        var request = (ApiKeyRequest)state;
        request.Fields!.Complete(request.Context, request);
        return Task.CompletedTask;
    };

    private int _addressWarned;
    private int _costWarned;
    private int _forwardingKnown;

    public void Attach(ApiKeyRequest request)
    {
        var (context, headerName) = (request.Context, settings.Current.Options.HeaderName);
        if (headerName is not null || request.IsSupplied)
        {
            CacheGuard.Attach(context, headerName, IsPrivate(request, headerName));
        }

        if (request.Verdict.Live is not null || headerName is not null)
        {
            request.Fields = this;
            if (!context.Response.HasStarted)
            {
                context.Response.OnStarting(_write, request);
            }

            context.Response.OnCompleted(_complete, request);
        }
    }

    /// <summary>
    /// Determines whether the request's secret comes from elsewhere than <c>Authorization</c>, so that no shared cache protects
    /// its answer.
    /// </summary>
    private static bool IsPrivate(ApiKeyRequest request, string? headerName)
        => request.IsSupplied || (headerName is not null && request.Context.Request.Headers.ContainsKey(headerName));

    private void Write(HttpContext context, ApiKeyRequest request)
    {
        var headers = context.Response.Headers;
        var verdict = request.Verdict;
        if (verdict.Limit.Limits is { } limits && (verdict.Limit.Admitted || context.Response.StatusCode == StatusCodes.Status429TooManyRequests))
        {
            headers["RateLimit-Policy"] = limits.Policy;
            headers["RateLimit"] = verdict.Limit.Field();
        }

        request.Open = verdict.Live is { IsRevoked: false } ? recorder.Begin(context) : null;
        var options = settings.Current.Options;
        if (verdict.Live is { ExpiresField: not null, IsRevoked: false } live
            && live.ExpiresAt - time.GetUtcNow().UtcTicks is > 0 and var left && left <= options.ExpiryReminder.Ticks)
        {
            headers["Api-Key-Expires"] = live.ExpiresField;
        }

        // Whoever took hold of the fields before they were guarded may have changed them since.
        CacheGuard.Apply(headers, options.HeaderName, IsPrivate(request, options.HeaderName));
    }

    private void Complete(HttpContext context, ApiKeyRequest request)
    {
        if (request.Verdict.Live is not { } live)
        {
            return;
        }

        if (!live.IsRevoked)
        {
            recorder.Record(live.Use, context, request.Endpoint, request.Address, request.BegunAt, time.GetUtcNow().UtcTicks);
        }

        request.Open?.Count();
        CheckOrder(context, request);
    }

    private void CheckOrder(HttpContext context, ApiKeyRequest request)
    {
        var address = context.Connection.RemoteIpAddress;
        if (!Equals(address, request.Address) && Interlocked.Exchange(ref _addressWarned, 1) == 0)
        {
            Log.AddressChanged(logger, Name(request.Address), Name(address));
        }

        CheckForwarding(context, address);
        if (request.Endpoint is null && context.GetEndpoint() is { } endpoint && endpoint.Metadata.GetMetadata<ApiKeyCostAttribute>() is not null
            && Interlocked.Exchange(ref _costWarned, 1) == 0)
        {
            Log.CostUnknown(logger, endpoint.DisplayName);
        }
    }

    /// <summary>
    /// Says once that a proxy names clients whom nobody looks at. The framework's middleware renames what it has used.
    /// </summary>
    private void CheckForwarding(HttpContext context, IPAddress? address)
    {
        if (_forwardingKnown != 0)
        {
            return;
        }

        var headers = context.Request.Headers;
        var isUsed = headers.ContainsKey(ForwardedHeadersDefaults.XOriginalForHeaderName);
        if ((isUsed || headers.ContainsKey(ForwardedHeadersDefaults.XForwardedForHeaderName) || headers.ContainsKey("Forwarded"))
            && Interlocked.Exchange(ref _forwardingKnown, 1) == 0 && !isUsed)
        {
            Log.ForwardingUnused(logger, Name(address));
        }
    }

    private static string Name(IPAddress? address) => address?.ToString() ?? "(none)";
}
