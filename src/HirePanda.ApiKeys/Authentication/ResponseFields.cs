using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

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

    public void Attach(ApiKeyRequest request)
    {
        if (request.Verdict.Live is not null || settings.Current.Options.HeaderName is not null)
        {
            request.Fields = this;
            if (!request.Context.Response.HasStarted)
            {
                request.Context.Response.OnStarting(_write, request);
            }

            request.Context.Response.OnCompleted(_complete, request);
        }
    }

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

        if (options.HeaderName is { } name)
        {
            headers.AppendCommaSeparatedValues(HeaderNames.Vary, name);
            if (context.Request.Headers.ContainsKey(name))
            {
                KeepFromSharedCaches(context.Response);
            }
        }
    }

    /// <summary>Shared caches protect answers to <c>Authorization</c> alone (RFC 9111, section 3.5); those to another header need saying so.</summary>
    private static void KeepFromSharedCaches(HttpResponse response)
    {
        var headers = response.GetTypedHeaders();
        var control = headers.CacheControl ?? new CacheControlHeaderValue();
        if (!control.NoStore)
        {
            control.Public = false;
            control.SharedMaxAge = null;
            control.Private = true;
            headers.CacheControl = control;
        }
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

        if (request.Endpoint is null && context.GetEndpoint() is { } endpoint && endpoint.Metadata.GetMetadata<ApiKeyCostAttribute>() is not null
            && Interlocked.Exchange(ref _costWarned, 1) == 0)
        {
            Log.CostUnknown(logger, endpoint.DisplayName);
        }
    }

    private static string Name(IPAddress? address) => address?.ToString() ?? "(none)";
}
