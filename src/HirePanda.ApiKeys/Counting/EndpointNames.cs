using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HirePanda.ApiKeys;

/// <summary>
/// Names of endpoints, method and route pattern, and a number for each. There are as many as the host has routes, however many
/// paths its clients make up.
/// </summary>
internal sealed class EndpointNames
{
    /// <summary>The number of what has no row of its own.</summary>
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
        Number(OtherName);
        _unmatched = Number(UnmatchedName);
    }

    /// <summary>The number of the endpoint that a request was matched with, or null if there is none.</summary>
    public int Of(Endpoint? endpoint, string method)
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

    public string Name(int number)
    {
        lock (_names)
        {
            return _names[number];
        }
    }

    private int Add(RouteEndpoint route, Methods methods, string method)
    {
        // What a client makes up as a method is no name either.
        var known = HttpMethods.GetCanonicalizedValue(method);
        var isKnown = HttpMethods.IsGet(known)
            || HttpMethods.IsPost(known)
            || HttpMethods.IsPut(known)
            || HttpMethods.IsPatch(known)
            || HttpMethods.IsDelete(known) || HttpMethods.IsHead(
                known) || HttpMethods.IsOptions(known) || HttpMethods.IsConnect(known)
            || HttpMethods.IsTrace(
                known) || route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains(known) == true;
        var number = Number($"{(isKnown ? known : "*")} /{route.RoutePattern.RawText?.Trim('/')}");
        if (isKnown)
        {
            methods.Add(known, number);
        }

        return number;
    }

    private int Number(string name)
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

    /// <summary>The numbers of one endpoint by method: a few at most.</summary>
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
