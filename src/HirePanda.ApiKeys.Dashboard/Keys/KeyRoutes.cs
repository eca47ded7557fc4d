namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The pages of API keys.</summary>
internal static class KeyRoutes
{
    public static IReadOnlyList<DashboardRoute> All { get; } = [];
}
