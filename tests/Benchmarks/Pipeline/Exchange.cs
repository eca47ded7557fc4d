using System.Net;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>
/// A connection without a socket. As in Kestrel, one object implements all features of a request and is reused for the next one.
/// </summary>
internal abstract class Exchange : IFeatureCollection, IHttpRequestFeature, IHttpConnectionFeature, IHttpRequestLifetimeFeature,
    IHttpRequestIdentifierFeature, IEndpointFeature, IRouteValuesFeature, IConnectionItemsFeature
{
    private readonly List<KeyValuePair<Type, object>> _further = new(8);
    private readonly ExchangeResponse _response = new();
    private readonly IHeaderDictionary _headers = new HeaderDictionary();
    private RouteValueDictionary? _routeValues;

    protected Exchange(string? authorization)
    {
        _headers.Host = "localhost";
        if (authorization is not null)
        {
            _headers.Authorization = authorization;
        }

        Reset();
    }

    public ExchangeResponse Response => _response;

    bool IFeatureCollection.IsReadOnly => false;

    public int Revision { get; private set; }

    public string Protocol { get; set; } = "HTTP/1.1";

    public string Scheme { get; set; } = "http";

    public string Method { get; set; } = "";

    public string PathBase { get; set; } = "";

    public string Path { get; set; } = "";

    public string QueryString { get; set; } = "";

    public string RawTarget { get; set; } = "";

    public IHeaderDictionary Headers { get => _headers; set => throw new NotSupportedException(); }

    public Stream Body { get; set; } = Stream.Null;

    public string ConnectionId { get; set; } = "0HN";

    public IPAddress? RemoteIpAddress { get; set; }

    public IPAddress? LocalIpAddress { get; set; } = IPAddress.Loopback;

    public int RemotePort { get; set; } = 1;

    public int LocalPort { get; set; } = 80;

    public CancellationToken RequestAborted { get; set; }

    public string TraceIdentifier { get; set; } = "0HN:1";

    public Endpoint? Endpoint { get; set; }

    public RouteValueDictionary RouteValues { get => _routeValues ??= []; set => _routeValues = value; }

    /// <summary>Gets or sets the items that middleware stores with a kept-alive connection.</summary>
    public IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public object? this[Type key]
    {
        get => key.IsInstanceOfType(this) ? this : key.IsInstanceOfType(_response) ? _response : Find(key);
        set => Put(key, value);
    }

    public TFeature? Get<TFeature>()
        => this is TFeature own ? own : _response is TFeature response ? response : (TFeature?)Find(typeof(TFeature));

    public void Set<TFeature>(TFeature? instance) => Put(typeof(TFeature), instance);

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => _further.GetEnumerator();

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();

    public void Abort() => throw new InvalidOperationException("The request was aborted.");

    /// <summary>
    /// Sends one request through the whole application. It completes synchronously unless the application waits.
    /// </summary>
    public abstract Task SendAsync();

    protected void Reset()
    {
        Method = HttpMethods.Get;
        Path = RawTarget = Scenario.Path;
        RemoteIpAddress = IPAddress.Loopback;
        Endpoint = null;
        _routeValues = null;
        _further.Clear();
        _response.Reset();
        Revision++;
    }

    private object? Find(Type key)
    {
        foreach (var (type, feature) in _further)
        {
            if (type == key)
            {
                return feature;
            }
        }

        return null;
    }

    private void Put(Type key, object? value)
    {
        Revision++;
        for (var i = 0; i < _further.Count; i++)
        {
            if (_further[i].Key == key)
            {
                _further.RemoveAt(i);
                break;
            }
        }

        if (value is not null)
        {
            _further.Add(new(key, value));
        }
    }
}

/// <summary>An exchange that also stores the hosting context for reuse, as Kestrel does.</summary>
internal sealed class Exchange<TContext>(IHttpApplication<TContext> application, string? authorization)
    : Exchange(authorization), IHostContextContainer<TContext>
    where TContext : notnull
{
    public TContext? HostContext { get; set; }

    public override async Task SendAsync()
    {
        Reset();
        var context = application.CreateContext(this);
        await application.ProcessRequestAsync(context).ConfigureAwait(false);
        await Response.EndAsync().ConfigureAwait(false);
        application.DisposeContext(context, null);
    }
}
