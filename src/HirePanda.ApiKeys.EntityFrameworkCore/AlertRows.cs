namespace HirePanda.ApiKeys.EntityFrameworkCore;

/// <summary>An alert as a row.</summary>
internal sealed class AlertRow
{
    public required string Id { get; set; }
    public required string Workspace { get; set; }
    public required string Kind { get; set; }
    public required string Cause { get; set; }
    public required string? KeyId { get; set; }
    public required string Message { get; set; }
    public required long RaisedAt { get; set; }
    public required long? AcknowledgedAt { get; set; }
    public required string? AcknowledgedBy { get; set; }
    public required string? Data { get; set; }

    public static AlertRow From(ApiKeyAlert alert) => new()
    {
        Id = alert.Id,
        Workspace = alert.Workspace,
        Kind = alert.Kind,
        Cause = alert.DeduplicationKey,
        KeyId = alert.KeyId,
        Message = alert.Message,
        RaisedAt = Columns.Write(alert.RaisedAt),
        AcknowledgedAt = Columns.Write(alert.AcknowledgedAt),
        AcknowledgedBy = alert.AcknowledgedBy,
        Data = Columns.Write(alert.Data),
    };

    public ApiKeyAlert ToAlert() => new()
    {
        Id = Id,
        Workspace = Workspace,
        Kind = Kind,
        DeduplicationKey = Cause,
        KeyId = KeyId,
        Message = Message,
        RaisedAt = Columns.ReadTime(RaisedAt),
        AcknowledgedAt = Columns.ReadTime(AcknowledgedAt),
        AcknowledgedBy = AcknowledgedBy,
        Data = Columns.ReadJson(Data),
    };
}

/// <summary>A webhook as a row.</summary>
internal sealed class WebhookRow
{
    public required string Id { get; set; }
    public required string Workspace { get; set; }
    public required string Url { get; set; }
    public required string Secret { get; set; }
    public required long CreatedAt { get; set; }
    public required long? FailingSince { get; set; }
    public required long? DisabledAt { get; set; }
    public required string? DisabledReason { get; set; }

    public static WebhookRow From(ApiKeyWebhook webhook) => new()
    {
        Id = webhook.Id,
        Workspace = webhook.Workspace,
        Url = webhook.Url,
        Secret = webhook.ProtectedSecret,
        CreatedAt = Columns.Write(webhook.CreatedAt),
        FailingSince = Columns.Write(webhook.FailingSince),
        DisabledAt = Columns.Write(webhook.DisabledAt),
        DisabledReason = webhook.DisabledReason,
    };

    public ApiKeyWebhook ToWebhook() => new()
    {
        Id = Id,
        Workspace = Workspace,
        Url = Url,
        ProtectedSecret = Secret,
        CreatedAt = Columns.ReadTime(CreatedAt),
        FailingSince = Columns.ReadTime(FailingSince),
        DisabledAt = Columns.ReadTime(DisabledAt),
        DisabledReason = DisabledReason,
    };
}

/// <summary>A message to a webhook as a row.</summary>
internal sealed class DeliveryRow
{
    public required string Id { get; set; }
    public required string WebhookId { get; set; }
    public required string AlertId { get; set; }
    public required string Payload { get; set; }
    public required int Attempts { get; set; }
    public required long? NextAttemptAt { get; set; }
    public required long? LeasedUntil { get; set; }
    public required ApiKeyDeliveryStatus Status { get; set; }

    public static DeliveryRow From(ApiKeyWebhookDelivery delivery) => new()
    {
        Id = delivery.Id,
        WebhookId = delivery.WebhookId,
        AlertId = delivery.AlertId,
        Payload = delivery.Payload,
        Attempts = delivery.Attempts,
        NextAttemptAt = Columns.Write(delivery.NextAttemptAt),
        LeasedUntil = Columns.Write(delivery.LeasedUntil),
        Status = delivery.Status,
    };

    public ApiKeyWebhookDelivery ToDelivery() => new()
    {
        Id = Id,
        WebhookId = WebhookId,
        AlertId = AlertId,
        Payload = Payload,
        Attempts = Attempts,
        NextAttemptAt = Columns.ReadTime(NextAttemptAt),
        LeasedUntil = Columns.ReadTime(LeasedUntil),
        Status = Status,
    };
}
