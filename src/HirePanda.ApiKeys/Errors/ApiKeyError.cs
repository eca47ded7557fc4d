using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>
/// An error in a response: <c>{"error":{"code","message","status"}}</c>, with <c>details</c> for bad input.
/// </summary>
public sealed record ApiKeyError
{
    /// <summary>Gets the error as programs know it, such as <c>unauthorized</c> or <c>not_found</c>.</summary>
    public required string Code { get; init; }

    /// <summary>Gets the error as people read it.</summary>
    public required string Message { get; init; }

    /// <summary>Gets the HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>Gets the members of the input that are wrong. The default is empty: the input is not what went wrong.</summary>
    public IReadOnlyList<ApiKeyErrorDetail> Details { get; init; } = [];

    /// <summary>Gets the value of <c>WWW-Authenticate</c> (RFC 6750, section 3), or null if there is no such field.</summary>
    public string? WwwAuthenticate { get; init; }

    /// <summary>Gets the time after which another attempt may succeed, or null if it is unknown.</summary>
    public TimeSpan? RetryAfter { get; init; }

    internal const string BadTokenChallenge = "Bearer error=\"invalid_token\"";

    internal static readonly ApiKeyError Missing = Unauthorized("Bearer");
    internal static readonly ApiKeyError Invalid = Unauthorized(BadTokenChallenge);
    internal static readonly ApiKeyError Ambiguous = Unauthorized("Bearer error=\"invalid_request\"");

    internal static readonly ApiKeyError Expired
        = New("key_expired", "API key has expired", StatusCodes.Status401Unauthorized) with
        {
            WwwAuthenticate = BadTokenChallenge + ", error_description=\"The API key has expired\"",
        };

    internal static readonly ApiKeyError AddressNotAllowed
        = New("forbidden", "IP address is not on the allowlist", StatusCodes.Status403Forbidden);

    internal static readonly ApiKeyError Forbidden
        = New("forbidden", "Insufficient permissions", StatusCodes.Status403Forbidden) with
        {
            WwwAuthenticate = "Bearer error=\"insufficient_scope\"",
        };

    internal static readonly ApiKeyError RateLimited = New(
        "rate_limited", "Too many requests", StatusCodes.Status429TooManyRequests);

    internal static readonly ApiKeyError Unavailable
        = New("service_unavailable", "API keys cannot be verified at the moment", StatusCodes.Status503ServiceUnavailable) with
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        };

    internal static readonly ApiKeyError StoreUnavailable
        = Unavailable with { Message = "API keys cannot be managed at the moment" };

    internal static readonly ApiKeyError NoWorkspace
        = New("forbidden", "The caller belongs to no workspace", StatusCodes.Status403Forbidden);

    internal static readonly ApiKeyError NoClient
        = New("forbidden", "The credential does not name a workspace and a client", StatusCodes.Status403Forbidden);

    internal static readonly ApiKeyError NotFound = New("not_found", "There is no such API key", StatusCodes.Status404NotFound);

    internal static readonly ApiKeyError PreconditionFailed
        = New(
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
    /// <param name="isKey">True if the caller is an API key, or false if it has another credential.</param>
    internal static ApiKeyError Lacking(IReadOnlyCollection<string> missing, bool isKey = true)
    {
        if (missing.Count == 0)
        {
            return Forbidden;
        }

        var scope = string.Join(' ', missing);
        return Forbidden with
        {
            Message = $"Insufficient permissions: this {(isKey ? "API key" : "credential")} lacks {string.Join(", ", missing)}",
            WwwAuthenticate = $"Bearer error=\"insufficient_scope\", scope=\"{scope}\"",
        };
    }

    /// <summary>Names the metadata of the protected resource in the challenge, after its own parameters (RFC 9728).</summary>
    internal ApiKeyError Naming(string metadata)
        => Status != StatusCodes.Status401Unauthorized || WwwAuthenticate is not { } challenge ? this : this with
        {
            WwwAuthenticate = $"{challenge}{(challenge.Contains('=', StringComparison.Ordinal) ? "," : "")} "
                + $"resource_metadata=\"{metadata}\"",
        };

    internal static ApiKeyError Conflict(string message) => New("conflict", message, StatusCodes.Status409Conflict);

    internal static ApiKeyError InvalidRequest(params IReadOnlyList<ApiKeyErrorDetail> details)
        => New("invalid_request", "The request is invalid", StatusCodes.Status400BadRequest) with { Details = details };

    internal static ApiKeyError New(string code, string message, int status)
        => new() { Code = code, Message = message, Status = status };

    private static ApiKeyError Unauthorized(string challenge)
        => New("unauthorized", "Invalid or missing API key", StatusCodes.Status401Unauthorized) with
        {
            WwwAuthenticate = challenge,
        };
}

/// <summary>Describes one member of the input that is not valid.</summary>
public sealed record ApiKeyErrorDetail
{
    /// <summary>
    /// Gets the member's camelCase JSON path, such as <c>allowedNetworks[1]</c>, or an empty text for the input as a whole.
    /// </summary>
    public required string Field { get; init; }

    /// <summary>Gets what is wrong with the member, and what is allowed.</summary>
    public required string Message { get; init; }

    internal static ApiKeyErrorDetail New(string field, string message) => new() { Field = field, Message = message };
}
