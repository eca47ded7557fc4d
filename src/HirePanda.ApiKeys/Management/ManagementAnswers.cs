using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys;

/// <summary>An error as a result of an endpoint: the same envelope as everywhere.</summary>
internal sealed class ErrorAnswer(ApiKeyError error) : IResult
{
    /// <summary>Creates the answer to a call that failed.</summary>
    public ErrorAnswer(ApiKeyFailure failure)
        : this(ToError(failure))
        => IsOfChangedActor = failure.Kind == ApiKeyFailureKind.ActorChanged;

    /// <summary>Gets a value that indicates whether the actor has to be evaluated again.</summary>
    public bool IsOfChangedActor { get; }

    /// <summary>Gets the path of the key that the error is about, or null if there is none.</summary>
    public string? Location { get; init; }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        ErrorWriter.WriteHead(httpContext.Response, error);
        if (Location is not null)
        {
            httpContext.Response.Headers.Location = Location;
        }

        var settings = httpContext.RequestServices.GetRequiredService<ApiKeySettings>();
        return ErrorWriter.WriteBodyAsync(httpContext, error, settings.Current.Options.UseProblemDetails);
    }

    /// <summary>Says in HTTP why a call failed.</summary>
    private static ApiKeyError ToError(ApiKeyFailure failure) => failure.Kind switch
    {
        ApiKeyFailureKind.InvalidRequest => ApiKeyError.InvalidRequest(failure.Details),
        ApiKeyFailureKind.Forbidden when failure.MissingPermissions.Count > 0 => ApiKeyError.Lacking(failure.MissingPermissions),
        ApiKeyFailureKind.Forbidden => ApiKeyError.NoWorkspace with { Message = failure.Message },
        ApiKeyFailureKind.NotFound => ApiKeyError.NotFound with { Message = failure.Message },
        ApiKeyFailureKind.PreconditionFailed => ApiKeyError.PreconditionFailed,
        ApiKeyFailureKind.Unavailable
            => ApiKeyError.Unavailable with { Message = failure.Message, RetryAfter = failure.RetryAfter },
        _ => ApiKeyError.Conflict(failure.Message),
    };
}

/// <summary>A value as JSON.</summary>
internal sealed class JsonAnswer<T>(T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK) : IResult
{
    /// <summary>The key's version for <c>ETag</c>, or null if the answer has no such field.</summary>
    public long? Version { get; init; }

    /// <summary>Where the new key or webhook is; null if none is new.</summary>
    public string? Location { get; init; }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.Headers.CacheControl = NotStored.CacheControl;
        if (Version is { } version)
        {
            response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");
        }

        if (Location is not null)
        {
            response.Headers.Location = Location;
        }

        var bytes = JsonSerializer.SerializeToUtf8Bytes(value, type);
        response.ContentLength = bytes.Length;
        return HttpMethods.IsHead(httpContext.Request.Method)
            ? Task.CompletedTask
            : response.Body.WriteAsync(bytes, httpContext.RequestAborted).AsTask();
    }
}
