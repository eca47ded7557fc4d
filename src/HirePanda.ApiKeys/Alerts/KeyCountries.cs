namespace HirePanda.ApiKeys;

/// <summary>
/// The countries that keys are known to be used from, so that few need to be looked up again; the caller locks.
/// </summary>
internal sealed class KeyCountries
{
    public const string Unknown = "unknown";

    private const int MaxKeys = 100_000;

    private readonly Dictionary<(string Workspace, string KeyId), HashSet<string>> _known = [];

    public bool Knows(string workspace, string keyId, string country)
        => _known.TryGetValue((workspace, keyId), out var known) && known.Contains(country);

    public void Learn(string workspace, string keyId, IEnumerable<string> countries)
    {
        if (_known.Count >= MaxKeys)
        {
            _known.Clear();
        }

        if (!_known.TryGetValue((workspace, keyId), out var known))
        {
            _known.Add((workspace, keyId), known = new(StringComparer.Ordinal));
        }

        known.UnionWith(countries);
    }
}
