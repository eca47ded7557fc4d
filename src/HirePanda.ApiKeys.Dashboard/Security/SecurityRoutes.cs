namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The pages of the IP allowlist and of emergencies.</summary>
internal static class SecurityRoutes
{
    public static IReadOnlyList<DashboardRoute> All { get; } =
    [
        new("/security", Section.Security, SecurityPages.ShowAsync),
        new(WhitelistPages.SavePath, Section.Security, WhitelistPages.SaveAsync) { IsWrite = true },
        new(WhitelistPages.AddPath, Section.Security, WhitelistPages.AddAsync) { IsWrite = true },
        new(WhitelistPages.RemovePath, Section.Security, WhitelistPages.RemoveAsync) { IsWrite = true },
        new("/security/find", Section.Security, EmergencyPages.FindAsync) { IsWrite = true },
        new("/security/revoke-all", Section.Security, EmergencyPages.ConfirmRevokeAllAsync),
        new("/security/revoke-all", Section.Security, EmergencyPages.RevokeAllAsync) { IsWrite = true },
    ];
}
