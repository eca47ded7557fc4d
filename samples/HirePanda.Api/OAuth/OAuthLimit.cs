using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.Features;

namespace HirePanda.Api;

/// <summary>
/// Limits the requests to the endpoints of OAuth: their number from an address, and their size. These endpoints compute hashes of
/// client secrets and read the database before the caller is known, so they must be protected (RFC 6749, section 2.3.1).
/// </summary>
internal static class OAuthLimit
{
    private const int IPv6NetworkLength = 8;

    private static readonly TimeSpan _window = TimeSpan.FromMinutes(1);

    public static void AddOAuthLimit(this IServiceCollection services, int requestsPerMinute)
    {
        if (requestsPerMinute < 1)
        {
            throw new InvalidOperationException("OAuth:RequestsPerMinute must be 1 or more.");
        }

        services.AddRateLimiter(options =>
        {
            options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(
                context => RateLimitPartition.GetFixedWindowLimiter(
                    GetNetwork(context.Connection.RemoteIpAddress),
                    _ => new() { PermitLimit = requestsPerMinute, Window = _window }));
            options.OnRejected = (rejected, _) => new(OAuthOutage.RefuseAsync(
                rejected.HttpContext,
                StatusCodes.Status429TooManyRequests,
                rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : _window,
                "Too many requests from this address."));
        });
    }

    /// <summary>
    /// Applies the limits. OpenIddict answers some requests in the authentication middleware, so this comes before it.
    /// </summary>
    public static void UseOAuthLimit(this IApplicationBuilder app)
        => app.UseWhen(
            context => context.Request.Path.StartsWithSegments(OAuthServices.Prefix),
            limited => limited.UseRateLimiter().Use(LimitBodyAsync));

    private static Task LimitBodyAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.ContentLength > OAuthServices.MaxFormSize)
        {
            return OAuthOutage.RejectAsync(context, StatusCodes.Status413PayloadTooLarge, "The request is too large.");
        }

        // A body without a length is cut off while it is read.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body)
        {
            body.MaxRequestBodySize = OAuthServices.MaxFormSize;
        }

        return next(context);
    }

    /// <summary>Gets the address, or the network of an IPv6 address, because a host has a whole network.</summary>
    private static string GetNetwork(IPAddress? address)
    {
        var bytes = (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.GetAddressBytes() ?? [];
        return Convert.ToHexString(bytes.AsSpan(0, Math.Min(bytes.Length, IPv6NetworkLength)));
    }
}
