using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>
/// An error as callers see it: <c>{"error":{"code","message","status"}}</c>, with <c>details</c> for bad input.
/// </summary>
/// <param name="Code">What went wrong, for programs: <c>unauthorized</c>, <c>not_found</c>, ….</param>
/// <param name="Message">What went wrong, for people.</param>
/// <param name="Status">The HTTP status.</param>
public sealed record ApiKeyError(string Code, string Message, int Status)
{
    /// <summary>Which members of the input are wrong; empty where that is not what went wrong.</summary>
    public IReadOnlyList<ApiKeyErrorDetail> Details { get; init; } = [];

    /// <summary>The value of <c>WWW-Authenticate</c> (RFC 6750, section 3), or null if there is no such field.</summary>
    public string? WwwAuthenticate { get; init; }

    /// <summary>The time after which another attempt may succeed, or null if it is unknown.</summary>
    public TimeSpan? RetryAfter { get; init; }

    internal const string BadTokenChallenge = "Bearer error=\"invalid_token\"";

    internal static readonly ApiKeyError Missing = Unauthorized("Bearer");
    internal static readonly ApiKeyError Invalid = Unauthorized(BadTokenChallenge);
    internal static readonly ApiKeyError Ambiguous = Unauthorized("Bearer error=\"invalid_request\"");

    internal static readonly ApiKeyError Expired = new("key_expired", "API key has expired", StatusCodes.Status401Unauthorized)
    {
        WwwAuthenticate = BadTokenChallenge + ", error_description=\"The API key has expired\"",
    };

    internal static readonly ApiKeyError AddressRefused
        = new("forbidden", "IP address is not on the allowlist", StatusCodes.Status403Forbidden);

    internal static readonly ApiKeyError Forbidden = new("forbidden", "Insufficient permissions", StatusCodes.Status403Forbidden)
    {
        WwwAuthenticate = "Bearer error=\"insufficient_scope\"",
    };

    internal static readonly ApiKeyError RateLimited = new(
        "rate_limited", "Too many requests", StatusCodes.Status429TooManyRequests);

    internal static readonly ApiKeyError Unavailable
        = new("service_unavailable", "API keys cannot be verified at the moment", StatusCodes.Status503ServiceUnavailable)
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        };

    internal static readonly ApiKeyError StoreUnavailable
        = Unavailable with { Message = "API keys cannot be managed at the moment" };

    internal static readonly ApiKeyError NoWorkspace
        = new("forbidden", "The caller belongs to no workspace", StatusCodes.Status403Forbidden);

    internal static readonly ApiKeyError NotFound = new("not_found", "There is no such API key", StatusCodes.Status404NotFound);

    internal static readonly ApiKeyError PreconditionFailed
        = new(
            "precondition_failed",
            "If-Match is not the current version: somebody has made a change meanwhile",
            StatusCodes.Status412PreconditionFailed);

    /// <summary>What a refused credential is answered.</summary>
    internal static ApiKeyError For(ApiKeyOutcome outcome, TimeSpan? retryAfter) => outcome switch
    {
        ApiKeyOutcome.Missing => Missing,
        ApiKeyOutcome.Ambiguous => Ambiguous,
        ApiKeyOutcome.Expired => Expired,
        ApiKeyOutcome.AddressNotAllowed => AddressRefused,
        ApiKeyOutcome.RateLimited or ApiKeyOutcome.ClientThrottled => RateLimited with { RetryAfter = retryAfter },
        ApiKeyOutcome.Unavailable => Unavailable,
        _ => Invalid,
    };

    /// <summary>What a caller without the right to something is answered.</summary>
    /// <param name="missing">Names of the tiers and permissions that are missing.</param>
    internal static ApiKeyError Lacking(IReadOnlyCollection<string> missing)
    {
        if (missing.Count == 0)
        {
            return Forbidden;
        }

        var scope = string.Join(' ', missing);
        return Forbidden with
        {
            Message = $"Insufficient permissions: this API key lacks {string.Join(", ", missing)}",
            WwwAuthenticate = $"Bearer error=\"insufficient_scope\", scope=\"{scope}\"",
        };
    }

    internal static ApiKeyError Conflict(string message) => new("conflict", message, StatusCodes.Status409Conflict);

    internal static ApiKeyError InvalidRequest(params IReadOnlyList<ApiKeyErrorDetail> details)
        => new("invalid_request", "The request is invalid", StatusCodes.Status400BadRequest) { Details = details };

    private static ApiKeyError Unauthorized(string challenge)
        => new("unauthorized", "Invalid or missing API key", StatusCodes.Status401Unauthorized) { WwwAuthenticate = challenge };
}

/// <summary>One wrong member of the input.</summary>
/// <param name="Field">Its camelCase JSON path, such as <c>allowedNetworks[1]</c>; empty: the input as a whole.</param>
/// <param name="Message">What is wrong with it and what is allowed.</param>
public sealed record ApiKeyErrorDetail(string Field, string Message);
