using System.Net;

namespace HirePanda.ApiKeys;

/// <summary>A workspace's IP allowlist, compiled: whom it admits, and whether it means it.</summary>
internal sealed class Allowlist
{
    private readonly NetworkList _networks;

    private readonly string[] _text;

    private Allowlist(IReadOnlyList<string> networks, bool isReportOnly)
        => (_networks, _text, IsReportOnly) = (NetworkList.Compile(networks) ?? new NetworkList([]), [.. networks], isReportOnly);

    /// <summary>Whether it only reports whom it would refuse.</summary>
    public bool IsReportOnly { get; }

    /// <summary>Compiles settings; null where no list is enabled.</summary>
    public static Allowlist? Compile(ApiKeyWorkspace? workspace)
        => workspace is { IsAllowlistEnabled: true } ? new(workspace.AllowedNetworks, workspace.IsAllowlistReportOnly) : null;

    /// <summary>Whether settings would be compiled to the same.</summary>
    public bool IsOf(ApiKeyWorkspace? workspace) => workspace is { IsAllowlistEnabled: true }
        && workspace.IsAllowlistReportOnly == IsReportOnly && workspace.AllowedNetworks.SequenceEqual(_text);

    public bool Admits(IPAddress? address) => _networks.Contains(address);
}
