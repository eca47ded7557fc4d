using HirePanda.ApiKeys.Dashboard.Components;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>Reads the usage that an address asks for.</summary>
internal static class UsageLoader
{
    /// <summary>Reads what the query of a request asks for.</summary>
    /// <param name="request">The request.</param>
    /// <param name="keyId">The id of the key, or null for all keys.</param>
    public static UsageQuery Query(DashboardRequest request, string? keyId)
    {
        var (first, last) = (request.Query("from"), request.Query("to"));
        var wanted = request.Query("range");
        var range = UsageQuery.Ranges.FirstOrDefault(range => range.Name == wanted).Name ?? UsageQuery.Ranges[0].Name;
        return new UsageQuery
        {
            Range = first is null && last is null ? range : null,
            FirstDay = first,
            LastDay = last,
            KeyId = keyId,
            IsCompared = request.Query("compare") == "1",
        };
    }

    /// <summary>Reads the usage. The failure is that of the reporter.</summary>
    /// <param name="request">The request.</param>
    /// <param name="path">The address of the page.</param>
    /// <param name="query">What the page covers.</param>
    /// <param name="key">The key, or null for all keys.</param>
    public static async Task<(UsageModel Model, ApiKeyFailure? Failure)> LoadAsync(
        DashboardRequest request, string path, UsageQuery query, ApiKey? key)
    {
        var errors = new List<FormError>();
        var (from, to) = query.Read(request.Now, errors);
        var length = (to ?? request.Now) - from;
        var hours = request.Get<ApiKeySettings>().Current.Options.Usage.HourRetention;
        var step = UsageSeries.Step(length, request.Now - from <= hours);
        ApiKeyResult<ApiKeyUsageReport>? report = null, before = null;
        if (errors.Count == 0)
        {
            report = await ReportAsync(from, to).ConfigureAwait(false);
            errors.AddRange(Errors(report.Failure));
        }

        if (query.IsCompared && report is { Succeeded: true } && from - DateTimeOffset.MinValue > length)
        {
            before = await ReportAsync(from - length, from).ConfigureAwait(false);
        }

        var model = new UsageModel
        {
            Path = path,
            Query = query,
            Key = key,
            Report = report?.Value,
            Before = before?.Value,
            Step = step,
            Errors = errors,
            ExampleUrl = request.View.ExampleUrl,
        };
        return (model, errors.Count > 0 ? null : report?.Failure);

        Task<ApiKeyResult<ApiKeyUsageReport>> ReportAsync(DateTimeOffset begin, DateTimeOffset? end)
            => request.Get<ApiKeyUsageReporter>().GetAsync(
                request.Actor,
                new ApiKeyUsageReportOptions
                {
                    From = begin,
                    To = end,
                    KeyId = query.KeyId,
                    Interval = UsageSeries.Interval(step),
                },
                request.Aborted);
    }

    private static IEnumerable<FormError> Errors(ApiKeyFailure? failure)
        => failure is { Kind: ApiKeyFailureKind.InvalidRequest }
            ? failure.Details.Select(detail => new FormError("from", $"From {detail.Message}."))
            : [];
}
