using HirePanda.ApiKeys.Dashboard.Components;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The page that links the settings.</summary>
internal static class SettingsPages
{
    public static Task<DashboardAnswer> ShowAsync(DashboardRequest request)
        => Task.FromResult<DashboardAnswer>(PageAnswer.Create<SettingsPage>("Settings"));
}
