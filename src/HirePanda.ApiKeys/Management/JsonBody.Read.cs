using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace HirePanda.ApiKeys;

/// <content>From the bytes of a request to its members.</content>
internal sealed partial class JsonBody
{
    private const int MaxBytes = 2 * 1024 * 1024;
    private const int MaxDepth = 32;

    /// <summary>Reads the body of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isOptional">Whether no body counts as an empty object.</param>
    public static async Task<ApiKeyResult<JsonBody>> ReadAsync(HttpRequest request, bool isOptional = false)
    {
        var bytes = await ReadBytesAsync(request).ConfigureAwait(false);
        if (bytes is null)
        {
            return new ApiKeyError("payload_too_large", $"The body has more than {MaxBytes} bytes", StatusCodes.Status413PayloadTooLarge);
        }

        if (bytes.Length == 0 && isOptional)
        {
            return new JsonBody([]);
        }

        if (bytes.Length > 0 && !IsJson(request.ContentType))
        {
            return new ApiKeyError("unsupported_media_type", "The Content-Type must be application/json, in UTF-8", StatusCodes.Status415UnsupportedMediaType);
        }

        if (!Utf8.IsValid(bytes))
        {
            return Invalid("is no UTF-8");
        }

        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = MaxDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new JsonBody(document.RootElement.Clone().EnumerateObject().ToDictionary(one => one.Name, one => one.Value, StringComparer.Ordinal))
                : Invalid("must be a JSON object");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return Invalid("is no valid JSON");
        }
    }

    private static async Task<byte[]?> ReadBytesAsync(HttpRequest request)
    {
        if (request.ContentLength > MaxBytes)
        {
            return null;
        }

        using var memory = new MemoryStream();
        var buffer = new byte[8192];
        try
        {
            int count;
            while ((count = await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted).ConfigureAwait(false)) > 0)
            {
                if (memory.Length + count > MaxBytes)
                {
                    return null;
                }

                memory.Write(buffer, 0, count);
            }
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return null;
        }

        return memory.ToArray();
    }

    /// <summary>JSON that others read is UTF-8 (RFC 8259, section 8.1); whoever says otherwise is not taken at their bytes.</summary>
    private static bool IsJson(string? contentType)
        => MediaTypeHeaderValue.TryParse(contentType, out var type)
            && type.Charset.ToString().Trim('"').ToUpperInvariant() is "" or "UTF-8" or "UTF8"
            && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase));

    private static ApiKeyError Invalid(string message) => ApiKeyError.InvalidRequest(new ApiKeyErrorDetail("", "The body " + message));
}
