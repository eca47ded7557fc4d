using HirePanda.ApiKeys.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Microsoft.EntityFrameworkCore;

/// <summary>Adds the tables of API keys to a model.</summary>
public static class ApiKeyModelBuilderExtensions
{
    private static readonly Type[] _rows =
    [
        typeof(KeyRow), typeof(WorkspaceRow), typeof(AuditRow), typeof(ChangeRow), typeof(UsageRow), typeof(UsageBatchRow),
        typeof(AlertRow), typeof(WebhookRow), typeof(DeliveryRow),
    ];

    /// <summary>
    /// Adds the tables <c>api_keys</c>, <c>api_key_workspaces</c>, <c>api_key_audit</c>, <c>api_key_changes</c>,
    /// <c>api_key_usage</c>, <c>api_key_usage_batches</c>, <c>api_key_alerts</c>, <c>api_key_webhooks</c>, and
    /// <c>api_key_webhook_deliveries</c> to a host's own context. Call this method in <c>OnModelCreating</c>, and create the
    /// tables with your migrations.
    /// </summary>
    /// <param name="model">The model.</param>
    public static ModelBuilder AddHirePandaApiKeys(this ModelBuilder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.Entity<KeyRow>(row =>
        {
            row.ToTable("api_keys");
            row.HasKey(key => key.Id);
            row.HasIndex(key => key.Hash).IsUnique();
            row.HasIndex(key => new { key.Workspace, key.CreatedAt, key.Id });
            row.HasIndex(key => new { key.Workspace, key.OwnerId, key.CreatedAt, key.Id });
            row.HasIndex(key => new { key.Workspace, key.CreatedBy });
            row.HasIndex(key => new { key.Workspace, key.RevokedAt, key.ExpiresAt });
            row.Property(key => key.IsExpiryShortened).HasDefaultValue(false);

            // The default applies to the rows of older tables. The store always writes the column.
            row.Property(key => key.IsEnabled).HasDefaultValue(true).ValueGeneratedNever();
            row.Property(key => key.Version).IsConcurrencyToken();
        });
        model.Entity<WorkspaceRow>(row =>
        {
            row.ToTable("api_key_workspaces");
            row.HasKey(workspace => workspace.Id);
            row.Property(workspace => workspace.Version).IsConcurrencyToken();
        });
        model.Entity<AuditRow>(row =>
        {
            row.ToTable("api_key_audit");
            row.HasKey(entry => entry.Id);
            row.HasIndex(entry => new { entry.Workspace, entry.At, entry.Id });
            row.HasIndex(entry => new { entry.Workspace, entry.KeyId, entry.At, entry.Id });
        });
        model.Entity<ChangeRow>(row =>
        {
            row.ToTable("api_key_changes");
            row.HasKey(change => change.Number);
            row.Property(change => change.Number).ValueGeneratedOnAdd();
            row.HasIndex(change => change.At);
        });
        model.Entity<UsageRow>(row =>
        {
            row.ToTable("api_key_usage");
            row.HasKey(
                usage => new { usage.Workspace, usage.KeyId, usage.Level, usage.Dimension, usage.At, usage.Name, usage.Bucket });
            row.HasIndex(usage => new { usage.Level, usage.At });
        });
        model.Entity<UsageBatchRow>(row =>
        {
            row.ToTable("api_key_usage_batches");
            row.HasKey(batch => batch.Id);
            row.HasIndex(batch => batch.At);
        });
        model.Entity<AlertRow>(row =>
        {
            row.ToTable("api_key_alerts");
            row.HasKey(alert => alert.Id);
            row.HasIndex(alert => alert.Cause).IsUnique();
            row.HasIndex(alert => new { alert.Workspace, alert.RaisedAt, alert.Id });
            row.HasIndex(alert => new { alert.Workspace, alert.AcknowledgedAt, alert.RaisedAt, alert.Id });
        });
        model.Entity<WebhookRow>(row =>
        {
            row.ToTable("api_key_webhooks");
            row.HasKey(webhook => webhook.Id);
            row.HasIndex(webhook => new { webhook.Workspace, webhook.CreatedAt, webhook.Id });
        });
        model.Entity<DeliveryRow>(row =>
        {
            row.ToTable("api_key_webhook_deliveries");
            row.HasKey(delivery => delivery.Id);
            row.HasIndex(delivery => delivery.NextAttemptAt);
            row.HasIndex(delivery => delivery.WebhookId);
        });
        foreach (var row in _rows)
        {
            UseProviderTypes(model.Entity(row).Metadata);
        }

        return model;
    }

    /// <summary>
    /// Gives the columns the provider's default types and ignores the conventions of the host's context. The store writes
    /// values longer than a host's usual maximum, and it reads and writes some columns with its own SQL.
    /// </summary>
    private static void UseProviderTypes(IMutableEntityType row)
    {
        foreach (var property in row.GetProperties())
        {
            property.SetMaxLength(null);
            property.SetPrecision(null);
            property.SetScale(null);
            property.SetIsUnicode(null);
            property.SetIsFixedLength(null);
            property.SetColumnType(null);
            property.SetCollation(null);
            property.SetProviderClrType(null);
            property.SetValueConverter((ValueConverter?)null);
            property.SetValueConverter((Type?)null);
            property.SetValueComparer((ValueComparer?)null);
            property.SetValueComparer((Type?)null);
            property.SetProviderValueComparer((ValueComparer?)null);
            property.SetProviderValueComparer((Type?)null);
        }
    }
}
