using System.Net;

namespace HirePanda.ApiKeys;

/// <summary>The compiled IP allowlist of a workspace.</summary>
internal sealed class Allowlist
{
    private readonly NetworkList _networks;

    private readonly string[] _text;

    private Allowlist(IReadOnlyList<string> networks, bool isReportOnly)
        => (_networks, _text, IsReportOnly) = (NetworkList.Compile(networks) ?? new NetworkList([]), [.. networks], isReportOnly);

    /// <summary>Gets a value that indicates whether the list only reports the addresses that it would refuse.</summary>
    public bool IsReportOnly { get; }

    /// <summary>Compiles the settings of a workspace. The result is null if no list is enabled.</summary>
    public static Allowlist? Compile(ApiKeyWorkspace? workspace)
        => workspace is { IsAllowlistEnabled: true } ? new(workspace.AllowedNetworks, workspace.IsAllowlistReportOnly) : null;

    /// <summary>Determines whether the settings of a workspace compile to the same list.</summary>
    public bool Matches(ApiKeyWorkspace? workspace) => workspace is { IsAllowlistEnabled: true }
        && workspace.IsAllowlistReportOnly == IsReportOnly && workspace.AllowedNetworks.SequenceEqual(_text);

    /// <summary>Determines whether the list contains an address. It contains no unknown address (null).</summary>
    public bool Admits(IPAddress? address) => _networks.Contains(address);

    /// <summary>Determines whether the list contains every address of a network.</summary>
    public bool Admits(IpNetwork network) => _networks.Contains(network);
}
