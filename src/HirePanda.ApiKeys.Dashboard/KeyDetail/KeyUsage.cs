namespace HirePanda.ApiKeys.Dashboard;

/// <summary>How often a key was used of late.</summary>
internal static class KeyUsage
{
    /// <summary>Gets the number of requests in the last hour, or null if no store counts them.</summary>
    public static async Task<long?> LastHourAsync(DashboardRequest request, string id)
    {
        var options = new ApiKeyUsageReportOptions { KeyId = id, From = request.Now.AddHours(-1) };
        var report = await request.Get<ApiKeyUsageReporter>().GetAsync(request.Actor, options, request.Aborted)
            .ConfigureAwait(false);
        return report.Value?.Totals.Requests;
    }
}
