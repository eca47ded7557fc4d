namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The pages of the audit log.</summary>
internal static class AuditRoutes
{
    public static IReadOnlyList<DashboardRoute> All { get; } =
    [
        new("/audit", Section.Audit, AuditPages.ShowAsync),
        new("/audit/export", Section.Audit, AuditPages.ExportAsync),
    ];
}
