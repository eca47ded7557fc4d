using System.Globalization;
using HirePanda.ApiKeys.Dashboard.Components;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The usage of a workspace or of one of its keys, as pages and as a file.</summary>
internal static class UsagePages
{
    private const int MaxKeys = 100;

    /// <summary>Shows the usage of the workspace, or of the key that the query names.</summary>
    public static async Task<DashboardAnswer> ShowAsync(DashboardRequest request)
    {
        var (key, missing) = await FindKeyAsync(request, request.Query("key")).ConfigureAwait(false);
        if (missing is not null)
        {
            return missing;
        }

        var keys = await request.Get<ApiKeyManager>()
            .ListAsync(request.Actor, new ApiKeyListOptions { Limit = MaxKeys }, request.Aborted).ConfigureAwait(false);
        if (keys.Failure is { } unlisted)
        {
            return Refusal.From(unlisted);
        }

        var (model, failure) = await UsageLoader.LoadAsync(request, "/usage", UsageLoader.Query(request, key?.Id), key)
            .ConfigureAwait(false);
        if (failure is not null && !IsOwnerBound(request, failure))
        {
            return Refusal.From(failure);
        }

        return Page<UsagePage>(
            "Usage",
            model with { Keys = keys.Value!.Items, HasMoreKeys = keys.Value.NextCursor is not null, Refusal = failure?.Message });
    }

    /// <summary>Shows the usage of one key, as a tab of it.</summary>
    public static async Task<DashboardAnswer> ShowKeyAsync(DashboardRequest request)
    {
        var (key, missing) = await FindKeyAsync(request, request.Route("id")).ConfigureAwait(false);
        if (key is null)
        {
            return missing ?? Refusal.NotFound;
        }

        var path = $"/keys/{Uri.EscapeDataString(key.Id)}/usage";
        var (model, failure) = await UsageLoader.LoadAsync(request, path, UsageLoader.Query(request, key.Id), key)
            .ConfigureAwait(false);
        return failure is null ? Page<KeyUsagePage>($"Usage of {key.Name}", model) : Refusal.From(failure);
    }

    /// <summary>Answers with the usage as a file of comma-separated values.</summary>
    public static async Task<DashboardAnswer> ExportAsync(DashboardRequest request)
    {
        var (key, missing) = await FindKeyAsync(request, request.Query("key")).ConfigureAwait(false);
        if (missing is not null)
        {
            return missing;
        }

        var (model, failure) = await UsageLoader.LoadAsync(
            request, "/usage", UsageLoader.Query(request, key?.Id) with { IsCompared = false }, key).ConfigureAwait(false);
        if (failure is not null)
        {
            return Refusal.From(failure);
        }

        return model.Report is { } report
            ? new FileAnswer(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"usage-{report.From.UtcDateTime:yyyyMMdd}-{report.To.UtcDateTime:yyyyMMdd}.csv"),
                "text/csv; charset=utf-8",
                UsageCsv.Write(report))
            : Page<UsagePage>("Usage", model);
    }

    private static PageAnswer Page<TComponent>(string title, UsageModel model)
        where TComponent : Microsoft.AspNetCore.Components.IComponent
        => model.Errors.Count > 0
            ? PageAnswer.Create<TComponent>("Error: " + title, model, StatusCodes.Status422UnprocessableEntity)
            : PageAnswer.Create<TComponent>(
                title, model, model.Refusal is null ? StatusCodes.Status200OK : StatusCodes.Status403Forbidden);

    /// <summary>Determines whether an actor may see some keys only, and so not the whole workspace.</summary>
    private static bool IsOwnerBound(DashboardRequest request, ApiKeyFailure failure)
        => failure.Kind == ApiKeyFailureKind.Forbidden && request.Actor.OwnerId is not null;

    private static async Task<(ApiKey? Key, DashboardAnswer? Refusal)> FindKeyAsync(DashboardRequest request, string? id)
    {
        if (id is null)
        {
            return (null, null);
        }

        var key = await request.Get<ApiKeyManager>().GetAsync(request.Actor, id, request.Aborted).ConfigureAwait(false);
        return key.Failure is { } failure ? (null, Refusal.From(failure)) : (key.Value, null);
    }
}
