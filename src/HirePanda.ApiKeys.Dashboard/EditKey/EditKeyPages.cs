using System.Text.Json;
using HirePanda.ApiKeys.Dashboard.Components;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The form that changes a key.</summary>
internal static class EditKeyPages
{
    public static async Task<DashboardAnswer> ShowAsync(DashboardRequest request)
    {
        var found = await FindAsync(request).ConfigureAwait(false);
        if (!request.View.CanManage || found.Failure is not null)
        {
            return found.Failure is { } failure ? Refusal.From(failure) : Refusal.ReadOnly;
        }

        var input = InputOf(found.Value!, request.Get<ApiKeyCatalogReader>().Get(request.Actor));
        if (request.Query("permissions") is { } permissions)
        {
            input = input with
            {
                Grant = KeyInput.SingleGrant,
                Permissions = permissions.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            };
        }

        return Form(request, found.Value!, input);
    }

    public static async Task<DashboardAnswer> SaveAsync(DashboardRequest request)
    {
        var found = await FindAsync(request).ConfigureAwait(false);
        if (found.Failure is { } missing)
        {
            return Refusal.From(missing);
        }

        var (key, input) = (found.Value!, KeyInputReader.Posted(request));
        if (request.Field("preview") is not null)
        {
            return Form(request, key, input, version: request.Version);
        }

        var result = await request.Get<ApiKeyManager>().UpdateAsync(
            request.Actor, key.Id, Update(request, key, input), request.Version, request.Aborted).ConfigureAwait(false);
        return result.Failure switch
        {
            null => request.To("/keys/" + key.Id, "saved"),
            { } failure when FormFailure.From(failure, input) is { } form => await AgainAsync(request, key, input, form)
                .ConfigureAwait(false),
            { } failure => Refusal.From(failure),
        };
    }

    /// <summary>Shows the form again. After a lost update it is about the key as it is now.</summary>
    private static async Task<DashboardAnswer> AgainAsync(
        DashboardRequest request, ApiKey key, KeyInput input, FormFailure failure)
    {
        var isOutdated = failure.Status == StatusCodes.Status412PreconditionFailed;
        var current = isOutdated ? (await FindAsync(request).ConfigureAwait(false)).Value ?? key : key;
        return Form(request, current, input, failure, isOutdated ? current.Version : request.Version);
    }

    private static UpdateApiKeyRequest Update(DashboardRequest request, ApiKey key, KeyInput input)
    {
        var (tier, permissions) = KeyInputReader.Grant(input);
        var (lifetime, end) = KeyInputReader.Expiry(input);
        var keepsGrant = permissions is null;
        var metadata = KeyInputReader.Metadata(input.Metadata);
        return new UpdateApiKeyRequest
        {
            Name = input.Name,
            Tier = keepsGrant ? default : new Optional<string?>(tier),
            Permissions = keepsGrant ? default : new Optional<IReadOnlyList<string>?>(permissions),
            ExpiresAt = input.Expires == KeyInput.KeepExpiry
                ? default
                : new Optional<DateTimeOffset?>(lifetime is { } time ? request.Now + time : end),
            AllowedNetworks = new Optional<IReadOnlyList<string>?>(KeyInputReader.Lines(input.Networks)),
            RateLimits = new Optional<IReadOnlyList<RateLimit>?>(KeyInputReader.Limits(input.Limits)),
            Metadata = new Optional<JsonElement?>(MetadataText.Patch(key.Metadata, metadata)),
        };
    }

    /// <summary>Fills the form. Permissions that it cannot offer are kept unless somebody chooses otherwise.</summary>
    private static KeyInput InputOf(ApiKey key, ApiKeyCatalogView catalog) => new()
    {
        Name = key.Name,
        Type = key.Type,
        Grant = (key.Tier, key.Permissions.Count) switch
        {
            (null, _) when key.Permissions.All(name => catalog.Permissions.Any(known => known.CanGrant && known.Name == name))
                => KeyInput.SingleGrant,
            (null, _) => KeyInput.KeepGrant,
            (_, 0) => KeyInput.TierGrant + key.Tier,
            _ => KeyInput.KeepGrant,
        },
        Permissions = key.Permissions,
        Expires = KeyInput.KeepExpiry,
        Networks = string.Join('\n', key.AllowedNetworks),
        Limits = string.Join('\n', key.RateLimits.Select(limit => $"{limit.Permits} / {(long)limit.Window.TotalSeconds}")),
        Metadata = MetadataText.Write(key.Metadata) ?? "",
    };

    private static Task<ApiKeyResult<ApiKey>> FindAsync(DashboardRequest request)
        => request.Get<ApiKeyManager>().GetAsync(request.Actor, request.Route("id"), request.Aborted);

    private static PageAnswer Form(
        DashboardRequest request, ApiKey key, KeyInput input, FormFailure? failure = null, long? version = null)
        => PageAnswer.Create<EditKeyPage>(
            (failure is null ? "" : "Error: ") + "Edit " + key.Name,
            new KeyFormModel
            {
                Input = input,
                Catalog = request.Get<ApiKeyCatalogReader>().Get(request.Actor),
                Summary = KeySummaries.Create(request, input, key),
                Errors = failure?.Errors ?? [],
                Key = key,
                Version = version ?? key.Version,
                IsOutdated = failure?.Status == StatusCodes.Status412PreconditionFailed,
            },
            failure?.Status ?? StatusCodes.Status200OK);
}
