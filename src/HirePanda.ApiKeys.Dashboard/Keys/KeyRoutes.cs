namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The pages of API keys.</summary>
internal static class KeyRoutes
{
    public static IReadOnlyList<DashboardRoute> All { get; } =
    [
        new("/keys", Section.Keys, KeyListPages.ShowAsync),
        new("/keys/new", Section.Keys, NewKeyPages.ShowAsync),
        new("/keys/new", Section.Keys, NewKeyPages.GenerateAsync) { IsWrite = true },
        new("/keys/new/summary", Section.Keys, KeySummaries.ShowAsync),
        new("/keys/{id}", Section.Keys, KeyPages.ShowAsync),
        new("/keys/{id}/first-request", Section.Keys, SecretPages.FirstRequestAsync),
        new("/keys/{id}/edit", Section.Keys, EditKeyPages.ShowAsync),
        new("/keys/{id}/edit", Section.Keys, EditKeyPages.SaveAsync) { IsWrite = true },
        new("/keys/{id}/edit/summary", Section.Keys, KeySummaries.ShowOfAsync),
        new("/keys/{id}/disable", Section.Keys, KeyPages.DisableAsync) { IsWrite = true },
        new("/keys/{id}/enable", Section.Keys, KeyPages.EnableAsync) { IsWrite = true },
        new("/keys/{id}/rotate", Section.Keys, RotatePages.ShowAsync),
        new("/keys/{id}/rotate", Section.Keys, RotatePages.RotateAsync) { IsWrite = true },
        new("/keys/{id}/revoke", Section.Keys, RevokePages.ShowAsync),
        new("/keys/{id}/revoke", Section.Keys, RevokePages.RevokeAsync) { IsWrite = true },
        new("/keys/{id}/history", Section.Keys, KeyHistoryPages.ShowAsync),
    ];
}
