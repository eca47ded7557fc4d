using System.Globalization;
using HirePanda.ApiKeys.Dashboard.Components;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The audit log, as a page and as a file.</summary>
internal static class AuditPages
{
    private const int MaxExported = 10_000;
    private const int ExportPage = 200;
    private const string Title = "Audit log";

    private static readonly string[] _columns = ["Time (UTC)", "Actor", "Action", "Key", "Address", "Changes"];

    public static async Task<DashboardAnswer> ShowAsync(DashboardRequest request)
    {
        var filters = AuditQueryReader.Read(request);
        var (from, to, errors) = AuditQueryReader.ReadDays(filters);
        if (errors.Count > 0)
        {
            return Invalid(filters, errors);
        }

        var trail = request.Query("page");
        var page = await ListAsync(request, filters, from, to, PageTrail.CursorOf(trail), 50).ConfigureAwait(false);
        if (page.Failure is { } failure)
        {
            return Refusal.From(failure);
        }

        var names = await KeyNames.ReadAsync(
            request, page.Value!.Items.SelectMany(entry => new[] { entry.KeyId, entry.Actor })).ConfigureAwait(false);
        return PageAnswer.Create<AuditPage>(
            Title,
            new AuditModel
            {
                Filters = filters,
                Actions = AuditActions.Choices,
                Rows = [.. page.Value.Items.Select(entry => Row(request, entry, names))],
                Trail = PageTrail.Create(request.View.Url("/audit"), filters.Pairs, trail, page.Value.NextCursor),
                ExportUrl = PageTrail.Link(request.View.Url("/audit/export"), filters.Pairs),
            });
    }

    public static async Task<DashboardAnswer> ExportAsync(DashboardRequest request)
    {
        var filters = AuditQueryReader.Read(request);
        var (from, to, errors) = AuditQueryReader.ReadDays(filters);
        if (errors.Count > 0)
        {
            return Invalid(filters, errors);
        }

        var rows = new List<IReadOnlyList<string?>>();
        string? cursor = null;
        do
        {
            var page = await ListAsync(request, filters, from, to, cursor, ExportPage).ConfigureAwait(false);
            if (page.Failure is { } failure)
            {
                return Refusal.From(failure);
            }

            rows.AddRange(page.Value!.Items.Select(entry => Cells(request, entry)));
            cursor = page.Value.NextCursor;
        }
        while (cursor is not null && rows.Count < MaxExported);

        return new FileAnswer("audit-log.csv", Csv.ContentType, Csv.Write(_columns, rows));
    }

    private static PageAnswer Invalid(AuditFilters filters, IReadOnlyList<FormError> errors)
        => PageAnswer.Create<AuditPage>(
            "Error: " + Title,
            new AuditModel { Filters = filters, Actions = AuditActions.Choices, Errors = errors },
            StatusCodes.Status422UnprocessableEntity);

    private static Task<ApiKeyResult<ApiKeyPage<ApiKeyAuditEntry>>> ListAsync(
        DashboardRequest request, AuditFilters filters, DateTimeOffset? from, DateTimeOffset? to, string? cursor, int limit)
        => request.Get<ApiKeyWorkspaceManager>().ListAuditAsync(
            request.Actor,
            new ApiKeyAuditListOptions
            {
                KeyId = filters.Key,
                Action = filters.Action,
                Actor = filters.Actor,
                From = from,
                To = to,
                Cursor = cursor,
                Limit = limit,
            },
            request.Aborted);

    private static AuditRow Row(
        DashboardRequest request, ApiKeyAuditEntry entry, IReadOnlyDictionary<string, string> names)
        => new(
            entry,
            AuditActions.Describe(entry.Action),
            AuditActions.IsRefused(entry.Action),
            entry.KeyId is { } id ? names.GetValueOrDefault(id) : null,
            names.GetValueOrDefault(entry.Actor),
            Changes(request, entry));

    private static IReadOnlyList<string?> Cells(DashboardRequest request, ApiKeyAuditEntry entry) =>
    [
        entry.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        entry.Actor,
        entry.Action,
        entry.KeyId,
        entry.Address,
        string.Join("; ", Changes(request, entry)),
    ];

    private static IReadOnlyList<AuditChange> Changes(DashboardRequest request, ApiKeyAuditEntry entry)
        => AuditActions.IsOfWebhook(entry.Action) && !request.View.CanManage ? [] : AuditChanges.Create(entry);
}
