using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>
/// An error in a response: <c>{"error":{"code","message","status"}}</c>, with <c>details</c> for bad input.
/// </summary>
/// <param name="Code">The error code for programs, such as <c>unauthorized</c> or <c>not_found</c>.</param>
/// <param name="Message">The error message for people.</param>
/// <param name="Status">The HTTP status.</param>
public sealed record ApiKeyError(string Code, string Message, int Status)
{
    /// <summary>Gets the members of the input that are not valid. The list is empty for every other error.</summary>
    public IReadOnlyList<ApiKeyErrorDetail> Details { get; init; } = [];

    /// <summary>
    /// Gets the value of <c>WWW-Authenticate</c> (RFC 6750, section 3), or null if the response does not have this field.
    /// </summary>
    public string? WwwAuthenticate { get; init; }

    /// <summary>Gets the time after which another attempt may succeed, or null if it is unknown.</summary>
    public TimeSpan? RetryAfter { get; init; }

    internal const string BadTokenChallenge = "Bearer error=\"invalid_token\"";

    internal static readonly ApiKeyError Missing = Unauthorized("Bearer");
    internal static readonly ApiKeyError Invalid = Unauthorized(BadTokenChallenge);
    internal static readonly ApiKeyError Ambiguous = Unauthorized("Bearer error=\"invalid_request\"");

    internal static readonly ApiKeyError Expired = new("key_expired", "API key has expired", StatusCodes.Status401Unauthorized)
    {
        WwwAuthenticate = BadTokenChallenge + ", error_description=\"The API key has expired\"",
    };

    internal static readonly ApiKeyError AddressNotAllowed
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
            "If-Match does not match the current version",
            StatusCodes.Status412PreconditionFailed);

    /// <summary>Gets the error for a refused credential.</summary>
    /// <param name="outcome">The outcome of verification.</param>
    /// <param name="retryAfter">The time after which another attempt may succeed, or null if waiting does not help.</param>
    internal static ApiKeyError For(ApiKeyOutcome outcome, TimeSpan? retryAfter) => outcome switch
    {
        ApiKeyOutcome.Missing => Missing,
        ApiKeyOutcome.Ambiguous => Ambiguous,
        ApiKeyOutcome.Expired => Expired,
        ApiKeyOutcome.AddressNotAllowed => AddressNotAllowed,
        ApiKeyOutcome.RateLimited or ApiKeyOutcome.ClientThrottled => RateLimited with { RetryAfter = retryAfter },
        ApiKeyOutcome.Unavailable => Unavailable,
        _ => Invalid,
    };

    /// <summary>Creates the error for a caller that lacks tiers or permissions.</summary>
    /// <param name="missing">The names of the missing tiers and permissions.</param>
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

/// <summary>Describes one member of the input that is not valid.</summary>
/// <param name="Field">
/// The member's camelCase JSON path, such as <c>allowedNetworks[1]</c>, or an empty string for the input as a whole.
/// </param>
/// <param name="Message">What is wrong and what is allowed.</param>
public sealed record ApiKeyErrorDetail(string Field, string Message);
