using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Net.Http.Headers;

namespace HirePanda.ApiKeys;

/// <summary>
/// Keeps responses out of shared caches if the secret is not in <c>Authorization</c>, which is the only place that these caches
/// protect (RFC 9111, section 3.5). A cache inside the process decides before the response starts, and an endpoint can set
/// <c>public</c>, so the header fields are guarded from authentication on.
/// </summary>
internal sealed class CacheGuard(IHttpResponseFeature inner, IReadOnlyList<string> headerNames, bool isPrivate)
    : IHttpResponseFeature
{
    private GuardedHeaders? _headers;

    /// <summary>
    /// Gets a value that indicates whether the secret of the request is in another place than <c>Authorization</c>.
    /// </summary>
    public bool IsPrivate { get; private set; } = isPrivate;

    public int StatusCode { get => inner.StatusCode; set => inner.StatusCode = value; }

    public string? ReasonPhrase { get => inner.ReasonPhrase; set => inner.ReasonPhrase = value; }

    public IHeaderDictionary Headers
    {
        get
        {
            var headers = inner.Headers;
            return _headers?.Wraps(headers) == true ? _headers : _headers = new(headers, headerNames, this);
        }

        set => inner.Headers = value;
    }

#pragma warning disable CS0618 // The interface still requires this obsolete member.
    public Stream Body { get => inner.Body; set => inner.Body = value; }
#pragma warning restore CS0618

    public bool HasStarted => inner.HasStarted;

    /// <summary>Guards a response from now on.</summary>
    /// <param name="context">The request.</param>
    /// <param name="headerNames">The further headers that can hold a secret. Every response depends on them.</param>
    /// <param name="isPrivate">True if the secret of the request is in another place than <c>Authorization</c>.</param>
    public static void Attach(HttpContext context, IReadOnlyList<string> headerNames, bool isPrivate)
    {
        var features = context.Features;
        if (features.Get<IHttpResponseFeature>() is { HasStarted: false } response)
        {
            if (response is CacheGuard guard)
            {
                // A second look at the request may have found its credential elsewhere.
                guard.IsPrivate |= isPrivate;
            }
            else
            {
                features.Set<IHttpResponseFeature>(new CacheGuard(response, headerNames, isPrivate));
            }

            Apply(context.Response.Headers, headerNames, isPrivate);
        }

        // The framework's output cache does not read the fields. If it runs before authentication, it does not see the user.
        if (isPrivate && features.Get<IOutputCacheFeature>() is { } output)
        {
            output.Context.AllowCacheStorage = false;
        }
    }

    /// <summary>Sets <c>Vary</c> and <c>Cache-Control</c> to values that protect the response.</summary>
    public static void Apply(IHeaderDictionary headers, IReadOnlyList<string> headerNames, bool isPrivate)
    {
        for (var i = 0; i < headerNames.Count; i++)
        {
            Vary(headers, headerNames[i]);
        }

        if (isPrivate)
        {
            MakePrivate(headers);
        }
    }

    public void OnStarting(Func<object, Task> callback, object state) => inner.OnStarting(callback, state);

    public void OnCompleted(Func<object, Task> callback, object state) => inner.OnCompleted(callback, state);

    private static void Vary(IHeaderDictionary headers, string headerName)
    {
        foreach (var name in headers.GetCommaSeparatedValues(HeaderNames.Vary))
        {
            if (name == "*" || name.Equals(headerName, StringComparison.OrdinalIgnoreCase))
            {
                return;
            }
        }

        headers.AppendCommaSeparatedValues(HeaderNames.Vary, headerName);
    }

    private static void MakePrivate(IHeaderDictionary headers)
    {
        var typed = new Microsoft.AspNetCore.Http.Headers.ResponseHeaders(headers);
        var control = typed.CacheControl ?? new CacheControlHeaderValue();
        if (!control.NoStore
            && (!control.Private || control.Public || control.SharedMaxAge is not null || control.PrivateHeaders.Count > 0))
        {
            control.Public = false;
            control.SharedMaxAge = null;
            control.PrivateHeaders.Clear();
            control.Private = true;
            typed.CacheControl = control;
        }
    }
}
