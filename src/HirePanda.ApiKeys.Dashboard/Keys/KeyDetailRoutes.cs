namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The tabs of one key that show its usage and what it can call.</summary>
internal static class KeyDetailRoutes
{
    public static IReadOnlyList<DashboardRoute> All { get; } =
    [
        new("/keys/{id}/usage", Section.Keys, UsagePages.ShowKeyAsync),
        new("/keys/{id}/access", Section.Keys, KeyAccessPages.ShowAsync),
    ];
}
