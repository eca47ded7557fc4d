namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The pages of usage.</summary>
internal static class UsageRoutes
{
    public static IReadOnlyList<DashboardRoute> All { get; } =
    [
        new("/usage", Section.Usage, UsagePages.ShowAsync),
        new("/usage/export", Section.Usage, UsagePages.ExportAsync),
    ];
}
