using System.Net;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>Marks a dashboard that requests of this machine may use without a policy.</summary>
internal sealed class LocalRequests
{
    public static readonly LocalRequests Instance = new();

    private static readonly string[] _forwarding = ["Forwarded", "Via"];
    private static readonly string[] _forwardingPrefixes = ["X-Forwarded-", "X-Original-"];

    private LocalRequests()
    {
    }

    /// <summary>
    /// Determines whether a request comes from this machine. The host is checked too, because another site can resolve its own
    /// name to a loopback address (DNS rebinding).
    /// </summary>
    public static bool IsLocal(HttpContext context)
        => context.Connection.RemoteIpAddress is { } address
            && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)
            && !context.Request.Headers.Keys.Any(IsOfAProxy)
            && context.Request.Host.Host is "localhost" or "127.0.0.1" or "[::1]";

    private static bool IsOfAProxy(string field)
        => _forwarding.Contains(field, StringComparer.OrdinalIgnoreCase)
            || Array.Exists(_forwardingPrefixes, prefix => field.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
