using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace HirePanda.ApiKeys;

/// <summary>Writes errors to responses: status and headers first, the body when it is known that nobody else answers.</summary>
internal static class ErrorWriter
{
    /// <summary>Escapes what JSON demands and no more: an answer of type <c>application/json</c> is not read as HTML.</summary>
    private static readonly JsonWriterOptions _relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Sets the status and adds the headers; those of other schemes stay.</summary>
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

    /// <summary>Writes the body: the envelope, or problem details, or for gRPC its own status and nothing.</summary>
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

        response.ContentType = problemDetails ? "application/problem+json" : "application/json";
        var body = Serialize(error, problemDetails);
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            response.ContentLength = body.Length;
            await response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static ReadOnlyMemory<byte> Serialize(ApiKeyError error, bool problemDetails)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer, _relaxed);
        json.WriteStartObject();
        if (problemDetails)
        {
            json.WriteString("type", "about:blank");
            json.WriteString("title", ReasonPhrases.GetReasonPhrase(error.Status));
            json.WriteNumber("status", error.Status);
            json.WriteString("detail", error.Message);
            json.WriteString("code", error.Code);
            WriteDetails(json, error);
        }
        else
        {
            json.WriteStartObject("error");
            json.WriteString("code", error.Code);
            json.WriteString("message", error.Message);
            json.WriteNumber("status", error.Status);
            WriteDetails(json, error);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static void WriteDetails(Utf8JsonWriter json, ApiKeyError error)
    {
        if (error.Details.Count == 0)
        {
            return;
        }

        json.WriteStartArray("details");
        foreach (var detail in error.Details)
        {
            json.WriteStartObject();
            json.WriteString("field", detail.Field);
            json.WriteString("message", detail.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>The gRPC status codes UNAUTHENTICATED, PERMISSION_DENIED, RESOURCE_EXHAUSTED and UNAVAILABLE.</summary>
    private static string GrpcStatus(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => "16",
        StatusCodes.Status403Forbidden => "7",
        StatusCodes.Status429TooManyRequests => "8",
        _ => "14",
    };
}
