namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The pages of alerts and webhooks.</summary>
internal static class AlertRoutes
{
    public static IReadOnlyList<DashboardRoute> All { get; } =
    [
        new("/alerts", Section.Alerts, AlertPages.ShowAsync),
        new("/alerts/{id}/acknowledge", Section.Alerts, AlertPages.AcknowledgeAsync) { IsWrite = true },
        new("/alerts/webhooks", Section.Alerts, WebhookPages.AddAsync) { IsWrite = true },
        new("/alerts/webhooks/{id}/delete", Section.Alerts, WebhookPages.ConfirmDeleteAsync),
        new("/alerts/webhooks/{id}/delete", Section.Alerts, WebhookPages.DeleteAsync) { IsWrite = true },
    ];
}
