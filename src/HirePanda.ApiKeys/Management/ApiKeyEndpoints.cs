using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;

namespace HirePanda.ApiKeys;

/// <summary>Key management over HTTP: reads requests, calls <see cref="ApiKeyManager"/>, writes answers.</summary>
internal static class ApiKeyEndpoints
{
    private const string IdempotencyHeader = "Idempotency-Key";

    public static IResult GetOwn(HttpContext context)
        => ApiKeyRequest.Find(context)?.Verdict is { IsValid: true, Live: { } live }
            ? new JsonAnswer<OwnKeyResponse>(OwnKeyResponse.Of(live), KeyJson.Contract.OwnKeyResponse)
            : new ErrorAnswer(ApiKeyError.NoWorkspace);

    public static async Task<IResult> CreateAsync(
        HttpContext context,
        ApiKeyManager manager,
        TimeProvider time,
        [FromHeader(Name = IdempotencyHeader)] string? idempotencyKey)
    {
        if (JsonBody.Read(context, out var body) is { } unreadable)
        {
            return new ErrorAnswer(unreadable);
        }

        // A header without a value is a mistake of the caller, who relies on it.
        var isEmpty = string.IsNullOrEmpty(idempotencyKey) && context.Request.Headers.ContainsKey(IdempotencyHeader);
        var request = KeyRequests.ReadNew(body) with { IdempotencyKey = isEmpty ? "" : idempotencyKey };
        return body.Finish() is { } error
            ? new ErrorAnswer(error)
            : Issued(
                context, time, await manager.CreateAsync(
                    Actor(context), request, context.RequestAborted).ConfigureAwait(false), depth: 0);
    }

    public static async Task<IResult> ListAsync(
        HttpContext context,
        ApiKeyManager manager,
        TimeProvider time,
        string? status,
        string? type,
        string? name,
        string? ownerId,
        string? createdBy,
        string? cursor,
        string? limit)
    {
        ApiKeyStatus? wanted = status switch
        {
            "active" => ApiKeyStatus.Active,
            "disabled" => ApiKeyStatus.Disabled,
            "expired" => ApiKeyStatus.Expired,
            "revoked" => ApiKeyStatus.Revoked,
            _ => null,
        };
        if (wanted is null && status is not null)
        {
            return new ErrorAnswer(
                ApiKeyError.InvalidRequest(ApiKeyErrorDetail.New("status", "must be active, disabled, expired or revoked")));
        }

        var options = new ApiKeyListOptions
        {
            Status = wanted,
            Type = type,
            Name = name,
            OwnerId = ownerId,
            CreatedBy = createdBy,
            Cursor = cursor,
            Limit = PageQuery.ReadLimit(limit),
        };
        var page = await manager.ListAsync(Actor(context), options, context.RequestAborted).ConfigureAwait(false);
        if (!page.Succeeded)
        {
            return new ErrorAnswer(page.Failure);
        }

        var now = time.GetUtcNow();
        return new JsonAnswer<KeyPageResponse>(
            new([.. page.Value.Items.Select(key => KeyResponse.Of(key, now))], page.Value.NextCursor),
            KeyJson.Contract.KeyPageResponse);
    }

    public static async Task<IResult> GetAsync(HttpContext context, ApiKeyManager manager, TimeProvider time, string id)
        => One(time, await manager.GetAsync(Actor(context), id, context.RequestAborted).ConfigureAwait(false));

    public static async Task<IResult> FindAsync(HttpContext context, ApiKeyManager manager, TimeProvider time)
    {
        if (JsonBody.Read(context, out var body) is { } unreadable)
        {
            return new ErrorAnswer(unreadable);
        }

        var secret = body.String("secret", isRequired: true) ?? "";
        return body.Finish() is { } error
            ? new ErrorAnswer(error)
            : One(time, await manager.FindBySecretAsync(Actor(context), secret, context.RequestAborted).ConfigureAwait(false));
    }

    public static async Task<IResult> UpdateAsync(HttpContext context, ApiKeyManager manager, TimeProvider time, string id)
    {
        if (JsonBody.Read(context, out var body) is { } unreadable)
        {
            return new ErrorAnswer(unreadable);
        }

        var update = KeyRequests.ReadUpdate(body);
        return body.Finish() is { } error
            ? new ErrorAnswer(error)
            : One(time, await manager.UpdateAsync(
                Actor(context), id, update, IfMatch.ExpectedVersions(context), context.RequestAborted).ConfigureAwait(false));
    }

    public static async Task<IResult> RotateAsync(HttpContext context, ApiKeyManager manager, TimeProvider time, string id)
    {
        if (JsonBody.Read(context, out var body, isOptional: true) is { } unreadable)
        {
            return new ErrorAnswer(unreadable);
        }

        var seconds = body.Integer("overlapSeconds");
        if (body.Finish() is { } error)
        {
            return new ErrorAnswer(error);
        }

        // Beyond the range either way is refused by the manager; as a time span it must fit.
        var overlap = seconds is { } given ? TimeSpan.FromSeconds(Math.Clamp(given, -1, int.MaxValue)) : (TimeSpan?)null;
        var issued = await manager.RotateAsync(
            Actor(context), id, overlap, IfMatch.ExpectedVersions(context), context.RequestAborted).ConfigureAwait(false);
        return Issued(context, time, issued, depth: 2);
    }

    public static async Task<IResult> RevokeAsync(HttpContext context, ApiKeyManager manager, TimeProvider time, string id)
    {
        if (JsonBody.Read(context, out var body, isOptional: true) is { } unreadable)
        {
            return new ErrorAnswer(unreadable);
        }

        var reason = body.String("reason");
        var cascade = body.Boolean("cascade") ?? false;
        return body.Finish() is { } error
            ? new ErrorAnswer(error)
            : One(time, await manager.RevokeAsync(
                Actor(context), id, reason, cascade, IfMatch.ExpectedVersions(context), context.RequestAborted)
                .ConfigureAwait(false));
    }

    public static async Task<IResult> RevokeAllAsync(HttpContext context, ApiKeyManager manager)
    {
        if (JsonBody.Read(context, out var body, isOptional: true) is { } unreadable)
        {
            return new ErrorAnswer(unreadable);
        }

        var reason = body.String("reason");

        // An owner of null could be a caller's mistake, and would revoke everybody's keys.
        var ownerId = body.Has("ownerId") ? body.String("ownerId", isRequired: true) : null;
        if (body.Finish() is { } error)
        {
            return new ErrorAnswer(error);
        }

        var revoked = await manager.RevokeAllAsync(Actor(context), reason, ownerId, context.RequestAborted).ConfigureAwait(false);
        return revoked.Succeeded
            ? new JsonAnswer<RevokedResponse>(new(revoked.Value), KeyJson.Contract.RevokedResponse)
            : new ErrorAnswer(revoked.Failure);
    }

    /// <summary>Gets the actor, as evaluated after the body was read.</summary>
    public static ApiKeyActor Actor(HttpContext context) => context.Features.GetRequiredFeature<ManagementCall>().Actor;

    public static IResult One(TimeProvider time, ApiKeyResult<ApiKey> result)
        => result.Succeeded
            ? new JsonAnswer<KeyResponse>(KeyResponse.Of(result.Value, time.GetUtcNow()), KeyJson.Contract.KeyResponse)
            {
                Version = result.Value.Version,
            }
            : new ErrorAnswer(result.Failure);

    /// <summary>A new key; depth is how many segments the request's path has below the list of keys.</summary>
    private static IResult Issued(HttpContext context, TimeProvider time, ApiKeyResult<IssuedApiKey> result, int depth)
    {
        var list = context.Request.PathBase.Add(context.Request.Path).ToUriComponent().TrimEnd('/').Split('/')[..^depth];
        if (!result.Succeeded)
        {
            return new ErrorAnswer(result.Failure)
            {
                Location = result.Failure.KeyId is { } id ? $"{string.Join('/', list)}/{id}" : null,
            };
        }

        var (key, secret) = result.Value;
        return new JsonAnswer<KeyResponse>(
            KeyResponse.Of(key, time.GetUtcNow(), secret), KeyJson.Contract.KeyResponse, StatusCodes.Status201Created)
        {
            Version = key.Version,
            Location = $"{string.Join('/', list)}/{key.Id}",
        };
    }
}
