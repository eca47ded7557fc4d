using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>
/// Writes the header fields of a key's responses: the rate limits, the key's expiry, and the fields that keep responses out of
/// shared caches. It writes them when the response starts, so that error pages have them too.
/// </summary>
internal sealed class ResponseHeaders
{
    private readonly ApiKeySettings _settings;
    private readonly TimeProvider _time;

    /// <summary>The callback. It is created once, so that a request does not allocate it.</summary>
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

    /// <summary>
    /// Registers the fields to be written when the response starts, and guards it against shared caches from now on.
    /// </summary>
    public void Attach(ApiKeyRequest request)
    {
        var (response, headerNames) = (request.Context.Response, _settings.Current.Options.HeaderNames);
        if (headerNames.Count > 0 || request.IsAmbient)
        {
            CacheGuard.Attach(request.Context, headerNames, IsPrivate(request, headerNames));
        }

        if ((request.Verdict.Live is not null || request.Client is not null || headerNames.Count > 0) && !response.HasStarted)
        {
            response.OnStarting(_write, request);
        }
    }

    /// <summary>
    /// Determines whether the credential of the request is in another place than <c>Authorization</c>. Shared caches then do not
    /// protect the response by themselves.
    /// </summary>
    private static bool IsPrivate(ApiKeyRequest request, IReadOnlyList<string> headerNames)
    {
        var isPrivate = request.IsAmbient;
        for (var i = 0; i < headerNames.Count && !isPrivate; i++)
        {
            isPrivate = request.Context.Request.Headers.ContainsKey(headerNames[i]);
        }

        return isPrivate;
    }

    private void Write(ApiKeyRequest request)
    {
        var (response, verdict, options) = (request.Context.Response, request.Verdict, _settings.Current.Options);
        var headers = response.Headers;
        if (verdict.Limit.Limits is { } limits
            && (verdict.Limit.Admitted || response.StatusCode == StatusCodes.Status429TooManyRequests))
        {
            headers["RateLimit-Policy"] = limits.Policy;
            headers["RateLimit"] = verdict.Limit.Field();
        }

        if (verdict.Live is { ExpiresField: not null, IsBlocked: false } live
            && live.ExpiresAt - _time.GetUtcNow().UtcTicks is > 0 and var left && left <= options.ExpiryHeaderWindow.Ticks)
        {
            headers["Api-Key-Expires"] = live.ExpiresField;
        }

        // Code that got the fields before they were guarded may have changed them.
        CacheGuard.Apply(headers, options.HeaderNames, IsPrivate(request, options.HeaderNames));
    }
}
