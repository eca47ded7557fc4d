using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace HirePanda.ApiKeys;

/// <content>From the bytes of a request to its members.</content>
internal sealed partial class JsonBody
{
    private const int MaxBytes = 2 * 1024 * 1024;
    private const int MaxDepth = 32;

    /// <summary>The body of the call that is under way, which <see cref="ManagementCall"/> has read.</summary>
    /// <param name="context">The call.</param>
    /// <param name="body">The members of the body; none if it cannot be read.</param>
    /// <param name="isOptional">Whether no body counts as an empty object.</param>
    /// <returns>Why it cannot be read, or null if it can.</returns>
    public static ApiKeyError? Read(HttpContext context, out JsonBody body, bool isOptional = false)
    {
        body = new JsonBody([]);
        var bytes = context.Features.GetRequiredFeature<ManagementCall>().Body;
        if (bytes.Length == 0 && isOptional)
        {
            return null;
        }

        if (bytes.Length > 0 && !IsJson(context.Request.ContentType))
        {
            return NotJson;
        }

        if (!Utf8.IsValid(bytes))
        {
            return Invalid("is not valid UTF-8");
        }

        try
        {
            using var document = JsonDocument.Parse(
                bytes, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = MaxDepth });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return Invalid("must be a JSON object");
            }

            body = new JsonBody(document.RootElement.Clone().EnumerateObject()
                .ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal));
            return null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return Invalid("is not valid JSON");
        }
    }

    /// <summary>Reads the bytes of a body, no more than are allowed.</summary>
    /// <exception cref="BadHttpRequestException">The caller sent too much, too slowly, or what is not HTTP.</exception>
    public static async Task<byte[]> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > MaxBytes)
        {
            throw TooLarge;
        }

        // A read that its token cancels leaves the reader in the middle of it, and the server cannot drain the body then.
        var reader = request.BodyReader;
        using var cancels = cancellationToken.UnsafeRegister(static state => ((PipeReader)state!).CancelPendingRead(), reader);
        var bytes = new ArrayBufferWriter<byte>();
        while (true)
        {
            var read = await reader.ReadAsync(CancellationToken.None).ConfigureAwait(false);
            var isTooLarge = bytes.WrittenCount + read.Buffer.Length > MaxBytes;
            if (!isTooLarge)
            {
                foreach (var segment in read.Buffer)
                {
                    bytes.Write(segment.Span);
                }
            }

            reader.AdvanceTo(read.Buffer.End);
            cancellationToken.ThrowIfCancellationRequested();
            if (isTooLarge)
            {
                throw TooLarge;
            }

            if (read.IsCompleted)
            {
                return bytes.WrittenSpan.ToArray();
            }
        }
    }

    /// <summary>What a body that cannot be read is answered.</summary>
    public static ApiKeyError Unreadable(BadHttpRequestException exception) => exception.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => ApiKeyError.New(
            "payload_too_large", $"The body has more than {MaxBytes} bytes", StatusCodes.Status413PayloadTooLarge),
        StatusCodes.Status408RequestTimeout => ApiKeyError.New(
            "request_timeout", "The body did not arrive in time", StatusCodes.Status408RequestTimeout),
        _ => Invalid("is not valid HTTP"),
    };

    public static ApiKeyError NotJson
        => ApiKeyError.New(
            "unsupported_media_type",
            "The Content-Type must be application/json, in UTF-8",
            StatusCodes.Status415UnsupportedMediaType);

    /// <summary>
    /// JSON that others read is UTF-8 (RFC 8259, section 8.1); a request that declares another charset is refused.
    /// </summary>
    public static bool IsJson(string? contentType)
        => MediaTypeHeaderValue.TryParse(contentType, out var type)
            && type.Charset.ToString().Trim('"').ToUpperInvariant() is "" or "UTF-8" or "UTF8"
            && (
                type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
                    || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase));

    private static BadHttpRequestException TooLarge => new("The body is too large.", StatusCodes.Status413PayloadTooLarge);

    private static ApiKeyError Invalid(string message)
        => ApiKeyError.InvalidRequest(ApiKeyErrorDetail.New("", "The body " + message));
}
