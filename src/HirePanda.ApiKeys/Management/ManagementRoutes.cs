using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HirePanda.ApiKeys;

/// <summary>Maps the management endpoints, with what each takes from the caller's limit.</summary>
internal static class ManagementRoutes
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
        group.MapMethods("/me", _read, ApiKeyEndpoints.GetOwn).RequireAuthorization(anyKey).Produces<OwnKeyResponse>();

        var managed = group.MapGroup("").AddEndpointFilter(ManagementCall.RunAsync);
        managed.RequireAuthorization(
            policy is null ? new RequirePermissionAttribute(ApiKeyPermissions.KeysManage) : new AuthorizeAttribute(policy));
        managed.MapPost("/", ApiKeyEndpoints.CreateAsync).As("key.create", WriteCost)
            .Produces<KeyResponse>(StatusCodes.Status201Created);
        managed.MapMethods("/", _read, ApiKeyEndpoints.ListAsync).As("key.read").Produces<KeyPageResponse>();
        managed.MapMethods("/{id}", _read, ApiKeyEndpoints.GetAsync).As("key.read").Produces<KeyResponse>();
        managed.MapPost("/find", ApiKeyEndpoints.FindAsync).As("key.find", WriteCost).Produces<KeyResponse>();
        managed.MapPatch("/{id}", ApiKeyEndpoints.UpdateAsync).As("key.update", WriteCost).Produces<KeyResponse>();
        managed.MapPost("/{id}/rotate", ApiKeyEndpoints.RotateAsync).As(
            "key.rotate", WriteCost).Produces<KeyResponse>(StatusCodes.Status201Created);
        managed.MapPost("/{id}/revoke", ApiKeyEndpoints.RevokeAsync).As("key.revoke", WriteCost).Produces<KeyResponse>();
        managed.MapPost("/revoke-all", ApiKeyEndpoints.RevokeAllAsync).As("key.revoke", MaxCost).Produces<RevokedResponse>();
        managed.MapMethods("/ip-allowlist", _read, WorkspaceEndpoints.GetAllowlistAsync).As(
            "allowlist.read").Produces<AllowlistResponse>();
        managed.MapPut("/ip-allowlist", WorkspaceEndpoints.SetAllowlistAsync).As(
            "allowlist.update", WriteCost).Produces<AllowlistResponse>();
        managed.MapPost("/ip-allowlist/test", WorkspaceEndpoints.TestAddressAsync).As(
            "allowlist.read").Produces<AddressTestResponse>();
        managed.MapMethods("/catalog", _read, CatalogEndpoints.Get).As("catalog.read").Produces<CatalogResponse>();
        managed.MapMethods("/{id}/endpoints", _read, AccessEndpoints.GetAsync).As(
            "key.read", ReportCost).Produces<AccessListResponse>();
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

    /// <summary>Sets what an endpoint does, and the number of permits that it takes.</summary>
    private static RouteHandlerBuilder As(this RouteHandlerBuilder endpoint, string action, int cost = 1)
        => (cost > 1 ? endpoint.WithApiKeyCost(cost) : endpoint).WithMetadata(new ManagementAction(action));
}
