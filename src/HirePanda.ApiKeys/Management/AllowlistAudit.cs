using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>Writes to the audit what report-only allowlists would have refused.</summary>
internal sealed class AllowlistAudit(AllowlistReports reports, IServiceScopeFactory scopes, ILogger<AllowlistAudit> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        reports.Reported += Append;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        reports.Reported -= Append;
        return Task.CompletedTask;
    }

    private void Append(ApiKey key, IPAddress? address, DateTimeOffset now)
    {
        var actor = new ApiKeyActor(key.Id, key.Workspace) { Address = address };
        _ = Task.Run(() => AppendAsync(AuditEntries.New(actor, "allowlist.report", now, key.Id)));
    }

    private async Task AppendAsync(ApiKeyAuditEntry entry)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            if (scope.ServiceProvider.GetService<IApiKeyStore>() is IApiKeyManagementStore store)
            {
                await store.SaveAsync(new ApiKeyChange { Audit = [entry] }, CancellationToken.None);
            }
        }
#pragma warning disable CA1031 // A report fails soft.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.AuditNotStored(logger, exception, entry.Action, entry.Actor);
        }
    }
}
