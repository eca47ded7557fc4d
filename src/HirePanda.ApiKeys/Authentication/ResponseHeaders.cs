using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>
/// Writes the header fields of a key's answers when the response starts, so that no error page loses them: rate limits, the key's expiry,
/// and what keeps answers to an additional header out of shared caches.
/// </summary>
internal sealed class ResponseHeaders
{
    private readonly ApiKeySettings _settings;
    private readonly TimeProvider _time;

    /// <summary>Made once, since a request would allocate it.</summary>
    private readonly Func<object, Task> _write;

    public ResponseHeaders(ApiKeySettings settings, TimeProvider time)
    {
        (_settings, _time) = (settings, time);
        _write = request =>
        {
            Write((ApiKeyRequest)request);
            return Task.CompletedTask;
        };
    }

    /// <summary>Has the fields written when the response starts, and keeps its answer out of shared caches from now on.</summary>
    public void Attach(ApiKeyRequest request)
    {
        var (response, headerName) = (request.Context.Response, _settings.Current.Options.HeaderName);
        if (headerName is not null || request.IsSupplied)
        {
            CacheGuard.Attach(request.Context, headerName, IsPrivate(request, headerName));
        }

        if ((request.Verdict.Live is not null || headerName is not null) && !response.HasStarted)
        {
            response.OnStarting(_write, request);
        }
    }

    /// <summary>
    /// Determines whether the request's secret comes from elsewhere than <c>Authorization</c>, so that no shared cache protects its answer.
    /// </summary>
    private static bool IsPrivate(ApiKeyRequest request, string? headerName)
        => request.IsSupplied || (headerName is not null && request.Context.Request.Headers.ContainsKey(headerName));

    private void Write(ApiKeyRequest request)
    {
        var (response, verdict, options) = (request.Context.Response, request.Verdict, _settings.Current.Options);
        var headers = response.Headers;
        if (verdict.Limit.Limits is { } limits && (verdict.Limit.Admitted || response.StatusCode == StatusCodes.Status429TooManyRequests))
        {
            headers["RateLimit-Policy"] = limits.Policy;
            headers["RateLimit"] = verdict.Limit.Field();
        }

        if (verdict.Live is { ExpiresField: not null, IsBlocked: false } live
            && live.ExpiresAt - _time.GetUtcNow().UtcTicks is > 0 and var left && left <= options.ExpiryReminder.Ticks)
        {
            headers["Api-Key-Expires"] = live.ExpiresField;
        }

        // Code that took hold of the fields before they were guarded may have changed them since.
        CacheGuard.Apply(headers, options.HeaderName, IsPrivate(request, options.HeaderName));
    }
}
