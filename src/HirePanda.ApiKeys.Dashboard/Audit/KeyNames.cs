using HirePanda.ApiKeys.Stores;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>Reads the names of keys for lists that know their ids only.</summary>
internal static class KeyNames
{
    /// <summary>Reads the names of keys of the user's workspace by id. An id that is not a key of it has no name.</summary>
    public static ValueTask<IReadOnlyDictionary<string, string>> ReadAsync(DashboardRequest request, IEnumerable<string?> ids)
        => request.Get<IApiKeyManagementStore>().GetKeyNamesAsync(
            request.Actor.Workspace, [.. ids.OfType<string>().Distinct()], request.Aborted);
}
