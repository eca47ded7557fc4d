using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Writes to the audit what report-only allowlists would have refused. An entry that cannot be stored is lost: the log has it.
/// </summary>
internal sealed class AllowlistAudit : BackgroundJob
{
    /// <summary>How many entries wait at most; beyond them the log alone has it.</summary>
    private const int MaxWaiting = 10_000;

    private readonly IServiceScopeFactory _scopes;
    private readonly ConcurrentQueue<ApiKeyAuditEntry> _waiting = new();

    public AllowlistAudit(
        AllowlistReports reports, IServiceScopeFactory scopes, TimeProvider time, ILogger<AllowlistAudit> logger)
        : base(TimeSpan.FromMinutes(1), time, logger)
    {
        _scopes = scopes;
        reports.Reported += Append;
    }

    public override TimeSpan TimeToStop => TimeSpan.FromSeconds(0.5);

    protected override string FailureMessage => "Audit entries of report-only IP allowlists could not be stored.";

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested && _waiting.TryDequeue(out var entry))
        {
            await using var scope = _scopes.CreateAsyncScope();
            if (scope.ServiceProvider.GetService<IApiKeyManagementStore>() is { } store)
            {
                // A stop waits for the entry that is being stored.
                await store.SaveAsync(new ApiKeyChangeSet { Audit = [entry] }, CancellationToken.None);
            }
        }
    }

    protected override Task FinishAsync(CancellationToken cancellationToken) => RunAsync(cancellationToken);

    private void Append(string workspace, string id, IPAddress? address, DateTimeOffset now)
    {
        if (_waiting.Count < MaxWaiting)
        {
            var actor = new ApiKeyActor { Id = id, Workspace = workspace, Address = address };
            _waiting.Enqueue(AuditEntries.New(actor, "allowlist.report", now, id));
            Wake();
        }
    }
}
