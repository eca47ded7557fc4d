using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace HirePanda.ApiKeys;

/// <summary>Key management over HTTP: reads requests, calls <see cref="ApiKeyManager"/>, writes answers.</summary>
internal static class ApiKeyEndpoints
{
    /// <summary>
    /// The number of permits that a call takes from the caller's limit if it changes something. A call that only reads takes 1.
    /// </summary>
    private const int WriteCost = 2;

    /// <summary>The number of permits that a report takes.</summary>
    private const int ReportCost = 5;

    /// <summary>The number of permits of a call that may revoke every key, or looks up a host.</summary>
    private const int MaxCost = 10;

    /// <summary>The methods of calls that read. HEAD works wherever GET does (RFC 9110, section 9.3.2).</summary>
    private static readonly string[] _read = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>The errors of every call, for OpenAPI.</summary>
    private static readonly object[] _errors =
    [
        .. new[] { 400, 401, 403, 404, 408, 409, 412, 413, 415, 429, 503 }
            .Select(status => new ProducesResponseTypeMetadata(status, typeof(ErrorEnvelope), ["application/json"])),
    ];

    public static RouteGroupBuilder Map(IEndpointRouteBuilder endpoints, string pattern, string? policy)
    {
        var group = endpoints.MapGroup(pattern).WithTags("API keys").WithMetadata(_errors).WithMetadata(NotStored.Instance);
        var anyKey = new AuthorizationPolicyBuilder(ApiKeyDefaults.AuthenticationScheme).RequireAuthenticatedUser().Build();
        group.MapMethods("/me", _read, GetOwn).RequireAuthorization(anyKey).Produces<OwnKeyResponse>();

        var managed = group.MapGroup("").AddEndpointFilter(ManagementCall.RunAsync);
        managed.RequireAuthorization(
            policy is null ? new RequirePermissionAttribute(ApiKeyPermissions.KeysManage) : new AuthorizeAttribute(policy));
        managed.MapPost("/", CreateAsync).As("key.create", WriteCost).Produces<KeyResponse>(StatusCodes.Status201Created);
        managed.MapMethods("/", _read, ListAsync).As("key.read").Produces<KeyPageResponse>();
        managed.MapMethods("/{id}", _read, GetAsync).As("key.read").Produces<KeyResponse>();
        managed.MapPatch("/{id}", UpdateAsync).As("key.update", WriteCost).Produces<KeyResponse>();
        managed.MapPost("/{id}/rotate", RotateAsync).As(
            "key.rotate", WriteCost).Produces<KeyResponse>(StatusCodes.Status201Created);
        managed.MapPost("/{id}/revoke", RevokeAsync).As("key.revoke", WriteCost).Produces<KeyResponse>();
        managed.MapPost("/revoke-all", RevokeAllAsync).As("key.revoke", MaxCost).Produces<RevokedResponse>();
        managed.MapMethods("/ip-allowlist", _read, WorkspaceEndpoints.GetAllowlistAsync).As(
            "allowlist.read").Produces<AllowlistResponse>();
        managed.MapPut("/ip-allowlist", WorkspaceEndpoints.SetAllowlistAsync).As(
            "allowlist.update", WriteCost).Produces<AllowlistResponse>();
        managed.MapMethods("/audit", _read, WorkspaceEndpoints.ListAuditAsync).As(
            "audit.read", ReportCost).Produces<AuditPageResponse>();
        managed.MapMethods("/usage", _read, UsageEndpoints.GetAsync).As("usage.read", ReportCost).Produces<UsageResponse>();
        managed.MapMethods("/alerts", _read, AlertEndpoints.ListAsync).As("alert.read").Produces<AlertPageResponse>();
        managed.MapPost("/alerts/{id}/acknowledge", AlertEndpoints.AcknowledgeAsync).As(
            "alert.acknowledge", WriteCost).Produces<AlertResponse>();
        managed.MapMethods("/webhooks", _read, AlertEndpoints.ListWebhooksAsync).As(
            "webhook.read").Produces<WebhookPageResponse>();
        managed.MapPost("/webhooks", AlertEndpoints.AddWebhookAsync).As("webhook.create", MaxCost)
            .Produces<WebhookResponse>(StatusCodes.Status201Created);
        managed.MapMethods("/webhooks/{id}", _read, AlertEndpoints.GetWebhookAsync).As(
            "webhook.read").Produces<WebhookResponse>();
        managed.MapDelete("/webhooks/{id}", AlertEndpoints.DeleteWebhookAsync).As(
            "webhook.delete", WriteCost).Produces(StatusCodes.Status204NoContent);
        UnmappedEndpoints.Map(group);
        return group;
    }

    /// <summary>Says what an endpoint does and what it takes of the caller's limit.</summary>
    private static RouteHandlerBuilder As(this RouteHandlerBuilder endpoint, string action, int cost = 1)
        => (cost > 1 ? endpoint.WithApiKeyCost(cost) : endpoint).WithMetadata(new ManagementAction(action));

    private static IResult GetOwn(HttpContext context)
        => ApiKeyRequest.Find(context)?.Verdict is { IsValid: true, Live: { } live }
            ? new JsonAnswer<OwnKeyResponse>(OwnKeyResponse.Of(live), KeyJson.Contract.OwnKeyResponse)
            : new ErrorAnswer(ApiKeyError.NoWorkspace);

    private static async Task<IResult> CreateAsync(HttpContext context, ApiKeyManager manager, TimeProvider time)
    {
        if (JsonBody.Read(context, out var body) is { } unreadable)
        {
            return new ErrorAnswer(unreadable);
        }

        var request = KeyRequests.ReadNew(body);
        return body.Finish() is { } error
            ? new ErrorAnswer(error)
            : Issued(
                context, time, await manager.CreateAsync(
                    Actor(context), request, context.RequestAborted).ConfigureAwait(false), depth: 0);
    }

    private static async Task<IResult> ListAsync(
        HttpContext context,
        ApiKeyManager manager,
        TimeProvider time,
        string? status,
        string? type,
        string? name,
        string? ownerId,
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

    private static async Task<IResult> GetAsync(HttpContext context, ApiKeyManager manager, TimeProvider time, string id)
        => One(time, await manager.GetAsync(Actor(context), id, context.RequestAborted).ConfigureAwait(false));

    private static async Task<IResult> UpdateAsync(HttpContext context, ApiKeyManager manager, TimeProvider time, string id)
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

    private static async Task<IResult> RotateAsync(HttpContext context, ApiKeyManager manager, TimeProvider time, string id)
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

    private static async Task<IResult> RevokeAsync(HttpContext context, ApiKeyManager manager, TimeProvider time, string id)
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

    private static async Task<IResult> RevokeAllAsync(HttpContext context, ApiKeyManager manager)
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

    private static IResult One(TimeProvider time, ApiKeyResult<ApiKey> result)
        => result.Succeeded
            ? new JsonAnswer<KeyResponse>(KeyResponse.Of(result.Value, time.GetUtcNow()), KeyJson.Contract.KeyResponse)
            {
                Version = result.Value.Version,
            }
            : new ErrorAnswer(result.Failure);

    /// <summary>A new key; depth is how many segments the request's path has below the list of keys.</summary>
    private static IResult Issued(HttpContext context, TimeProvider time, ApiKeyResult<IssuedApiKey> result, int depth)
    {
        if (!result.Succeeded)
        {
            return new ErrorAnswer(result.Failure);
        }

        var (key, secret) = result.Value;
        var list = context.Request.PathBase.Add(context.Request.Path).ToUriComponent().TrimEnd('/').Split('/')[..^depth];
        return new JsonAnswer<KeyResponse>(
            KeyResponse.Of(key, time.GetUtcNow(), secret), KeyJson.Contract.KeyResponse, StatusCodes.Status201Created)
        {
            Version = key.Version,
            Location = $"{string.Join('/', list)}/{key.Id}",
        };
    }
}
