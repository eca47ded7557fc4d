using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HirePanda.ApiKeys;

/// <summary>
/// Assigns a number to each endpoint name, which is a method and a route pattern. The number of names depends on the host's
/// routes only, not on the paths that clients request.
/// </summary>
internal sealed class EndpointNames
{
    /// <summary>The number for requests that do not have a row of their own.</summary>
    public const int Other = 0;

    private const int MaxNames = 65_536;
    private const string OtherName = "other";
    private const string UnmatchedName = "unmatched";

    private readonly ConditionalWeakTable<Endpoint, Methods> _byEndpoint = [];
    private readonly ConcurrentDictionary<string, int> _byName = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private readonly int _unmatched;

    public EndpointNames()
    {
        GetOrAddNumber(OtherName);
        _unmatched = GetOrAddNumber(UnmatchedName);
    }

    /// <summary>Gets the number of an endpoint and a method.</summary>
    /// <param name="endpoint">The endpoint that routing selected, or null if none matched.</param>
    /// <param name="method">The method of the request.</param>
    public int GetNumber(Endpoint? endpoint, string method)
    {
        if (endpoint is not RouteEndpoint route)
        {
            return _unmatched;
        }

        if (!_byEndpoint.TryGetValue(endpoint, out var methods))
        {
            methods = _byEndpoint.GetValue(endpoint, static _ => new Methods());
        }

        return methods.Find(method) ?? Add(route, methods, method);
    }

    /// <summary>Gets the name of an endpoint and a method.</summary>
    public static string GetName(RouteEndpoint endpoint, string method)
        => $"{method} /{endpoint.RoutePattern.RawText?.Trim('/')}";

    /// <summary>Gets the name that has a number.</summary>
    public string GetName(int number)
    {
        lock (_names)
        {
            return _names[number];
        }
    }

    private int Add(RouteEndpoint route, Methods methods, string method)
    {
        // A method that a client invented must not create a name.
        var known = HttpMethods.GetCanonicalizedValue(method);
        var isKnown = HttpMethods.IsGet(known)
            || HttpMethods.IsPost(known)
            || HttpMethods.IsPut(known)
            || HttpMethods.IsPatch(known)
            || HttpMethods.IsDelete(known) || HttpMethods.IsHead(
                known) || HttpMethods.IsOptions(known) || HttpMethods.IsConnect(known)
            || HttpMethods.IsTrace(
                known) || route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains(known) == true;
        var number = GetOrAddNumber(GetName(route, isKnown ? known : "*"));
        if (isKnown)
        {
            methods.Add(known, number);
        }

        return number;
    }

    private int GetOrAddNumber(string name)
    {
        if (_byName.TryGetValue(name, out var number))
        {
            return number;
        }

        lock (_names)
        {
            if (_byName.TryGetValue(name, out number) || _names.Count >= MaxNames)
            {
                return number;
            }

            _names.Add(name);
            return _byName[name] = _names.Count - 1;
        }
    }

    /// <summary>The numbers of one endpoint by method. Endpoints have few methods, so a linear search is fast.</summary>
    private sealed class Methods
    {
        private (string Method, int Number)[] _numbers = [];

        public int? Find(string method)
        {
            foreach (var (known, number) in Volatile.Read(ref _numbers))
            {
                if (ReferenceEquals(known, method) || known == method)
                {
                    return number;
                }
            }

            return null;
        }

        public void Add(string method, int number)
        {
            lock (this)
            {
                _numbers = [.. _numbers, (method, number)];
            }
        }
    }
}
