using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using HirePanda.ApiKeys;

namespace HirePanda.Api;

/// <summary>Gives the calls for clients the errors of the library: the same envelope, codes and statuses.</summary>
internal static class ClientErrors
{
    private const int MaxField = 200;

    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static readonly IResult Forbidden = Error(
        "forbidden", "The caller cannot manage clients", StatusCodes.Status403Forbidden);

    public static readonly IResult NotFound = Error("not_found", "There is no such client", StatusCodes.Status404NotFound);

    public static readonly IResult NotJson = Error(
        "unsupported_media_type", "The Content-Type must be application/json", StatusCodes.Status415UnsupportedMediaType);

    public static IResult Conflict(string message) => Error("conflict", message, StatusCodes.Status409Conflict);

    /// <summary>Names the scopes that the caller lacks, also in the challenge (RFC 6750, section 3).</summary>
    public static IResult Lacking(HttpContext context, ApiKeyActor actor, IReadOnlyCollection<string> scopes)
    {
        context.Response.Headers.WWWAuthenticate =
            $"Bearer error=\"insufficient_scope\", scope=\"{string.Join(' ', scopes)}\"";
        return Error(
            "forbidden",
            $"Insufficient permissions: this {(actor.Key is null ? "credential" : "API key")} lacks {string.Join(", ", scopes)}",
            StatusCodes.Status403Forbidden);
    }

    public static IResult Invalid(params IReadOnlyList<ApiKeyErrorDetail> details)
        => Error("invalid_request", "The request is invalid", StatusCodes.Status400BadRequest, details);

    /// <summary>Keeps responses out of caches, and answers calls that cannot be read.</summary>
    public static async ValueTask<object?> FilterAsync(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        var response = call.HttpContext.Response;
        response.Headers.CacheControl = "no-store";
        try
        {
            return await next(call);
        }
        catch (JsonException exception)
        {
            // The path is "$.redirectUris[1]".
            var field = exception.Path?.TrimStart('$').TrimStart('.') ?? "";
            return Invalid(new ApiKeyErrorDetail
            {
                Field = field.Length <= MaxField ? field : field[..MaxField] + "…",
                Message = "is not valid JSON, has the wrong type, or is not a member that this call knows",
            });
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return Error("payload_too_large", "The body is too large", exception.StatusCode);
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status408RequestTimeout)
        {
            return Error("request_timeout", "The body did not arrive in time", exception.StatusCode);
        }
        catch (Exception exception) when (AccountTables.IsUnavailable(exception))
        {
            response.Headers.RetryAfter = "1";
            return Error(
                "service_unavailable", "Clients cannot be managed at the moment", StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static IResult Error(string code, string message, int status, IReadOnlyList<ApiKeyErrorDetail>? details = null)
        => Results.Json(
            new { error = new { code, message, status, details } }, _json, "application/json", status);
}
