using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Bounds how many refused attempts an hour are written to the audit, by actor and action and by workspace, so that nobody fills
/// it by being refused. What is left out is said once in the log.
/// </summary>
internal sealed class RefusalBudget(TimeProvider time, ILogger<RefusalBudget> logger)
{
    /// <summary>How many entries of one actor and action an hour has.</summary>
    public const int MaxPerAction = 10;

    /// <summary>How many entries of one workspace an hour has.</summary>
    public const int MaxPerWorkspace = 1000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, WorkspaceBudget> _workspaces = new(StringComparer.Ordinal);
    private long _hour;

    /// <summary>Determines whether an entry may be stored, and counts it.</summary>
    public bool TryTake(ApiKeyAuditEntry entry)
    {
        lock (_lock)
        {
            var hour = time.GetUtcNow().UtcTicks / TimeSpan.TicksPerHour;
            if (hour != _hour)
            {
                _workspaces.Clear();
                _hour = hour;
            }

            if (!_workspaces.TryGetValue(entry.Workspace, out var workspace))
            {
                _workspaces.Add(entry.Workspace, workspace = new());
            }

            if (workspace.TryTake(entry.Actor, entry.Action, out var isFirstLeftOut))
            {
                return true;
            }

            if (isFirstLeftOut)
            {
                Log.RefusalsLeftOut(logger, entry.Workspace, entry.Action, entry.Actor);
            }

            return false;
        }
    }

    /// <summary>The entries of one workspace; the dictionary has no more of them than the workspace.</summary>
    private sealed class WorkspaceBudget
    {
        private readonly Dictionary<(string Actor, string Action), int> _counts = [];
        private int _count;

        public bool TryTake(string actor, string action, out bool isFirstLeftOut)
        {
            var count = _counts.GetValueOrDefault((actor, action));
            if (_count >= MaxPerWorkspace)
            {
                isFirstLeftOut = _count++ == MaxPerWorkspace;
                return false;
            }

            if (count >= MaxPerAction)
            {
                isFirstLeftOut = count == MaxPerAction;
                _counts[(actor, action)] = count + 1;
                return false;
            }

            isFirstLeftOut = false;
            _counts[(actor, action)] = count + 1;
            _count++;
            return true;
        }
    }
}
