using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace HirePanda.ApiKeys;

/// <summary>
/// Writes errors to responses. The status and the headers come first. The body follows when no other scheme can respond.
/// </summary>
internal static class ErrorWriter
{
    /// <summary>Sets the status and adds the headers. Headers of other schemes stay.</summary>
    public static void WriteHead(HttpResponse response, ApiKeyError error)
    {
        if (response.HasStarted)
        {
            return;
        }

        response.StatusCode = error.Status;
        if (response.HttpContext.GetEndpoint()?.Metadata.GetMetadata<NotStored>() is not null)
        {
            response.Headers.CacheControl = NotStored.CacheControl;
        }

        if (error.WwwAuthenticate is { } challenge)
        {
            response.Headers.WWWAuthenticate = StringValues.Concat(response.Headers.WWWAuthenticate, challenge);
        }

        if (error.RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = ((long)wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>
    /// Writes the body: the envelope or problem details. A gRPC response gets a gRPC status and does not have a body.
    /// </summary>
    public static async Task WriteBodyAsync(HttpContext context, ApiKeyError error, bool problemDetails)
    {
        var response = context.Response;
        if (response.HasStarted)
        {
            return;
        }

        if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true)
        {
            response.Headers["grpc-status"] = GrpcStatus(error.Status);
            if (context.Features.Get<IStatusCodePagesFeature>() is { } pages)
            {
                pages.Enabled = false;
            }

            return;
        }

        if (problemDetails && await TryWriteProblemAsync(context, error).ConfigureAwait(false))
        {
            return;
        }

        response.ContentType = problemDetails ? "application/problem+json" : "application/json";
        var body = problemDetails
            ? JsonSerializer.SerializeToUtf8Bytes(ProblemBody.From(error), ErrorJson.Contract.ProblemBody)
            : JsonSerializer.SerializeToUtf8Bytes(ErrorEnvelope.From(error), ErrorJson.Contract.ErrorEnvelope);
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            response.ContentLength = body.Length;
            await response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
        }
    }

    /// <summary>Lets the host's own problem details service write the body, so that its customization applies.</summary>
    /// <returns>
    /// True if the service wrote the body; otherwise, false. False if the host has no such service or the method is HEAD.
    /// </returns>
    private static async ValueTask<bool> TryWriteProblemAsync(HttpContext context, ApiKeyError error)
    {
        if (HttpMethods.IsHead(context.Request.Method)
            || context.RequestServices.GetService<IProblemDetailsService>() is not { } service)
        {
            return false;
        }

        var problem = new ProblemDetails { Status = error.Status, Detail = error.Message };
        problem.Extensions["code"] = error.Code;
        if (error.Details.Count > 0)
        {
            // Serialize here, because the host's JSON settings may not support the type.
            problem.Extensions["details"] = JsonSerializer.SerializeToElement(
                error.Details, ErrorJson.Contract.IReadOnlyListApiKeyErrorDetail);
        }

        return await service.TryWriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = problem })
            .ConfigureAwait(false);
    }

    /// <summary>Gets the gRPC status code: UNAUTHENTICATED, PERMISSION_DENIED, RESOURCE_EXHAUSTED or UNAVAILABLE.</summary>
    private static string GrpcStatus(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => "16",
        StatusCodes.Status403Forbidden => "7",
        StatusCodes.Status429TooManyRequests => "8",
        _ => "14",
    };
}
