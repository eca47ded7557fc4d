namespace HirePanda.ApiKeys.Dashboard;

/// <summary>Reads the names of keys for lists that know their ids only.</summary>
internal static class KeyNames
{
    private const int Limit = 200;

    /// <summary>Reads the names of the newest keys by id. The id of an older key stands for itself.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(DashboardRequest request)
    {
        var keys = await request.Get<ApiKeyManager>()
            .ListAsync(request.Actor, new ApiKeyListOptions { Limit = Limit }, request.Aborted).ConfigureAwait(false);
        return keys.Value?.Items.ToDictionary(key => key.Id, key => key.Name, StringComparer.Ordinal)
            ?? new Dictionary<string, string>(StringComparer.Ordinal);
    }
}
