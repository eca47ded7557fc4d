namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The pages of the IP allowlist and of emergencies.</summary>
internal static class SecurityRoutes
{
    public static IReadOnlyList<DashboardRoute> All { get; } = [];
}
