namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The pages of alerts and webhooks.</summary>
internal static class AlertRoutes
{
    public static IReadOnlyList<DashboardRoute> All { get; } = [];
}
