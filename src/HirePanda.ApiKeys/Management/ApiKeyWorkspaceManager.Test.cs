namespace HirePanda.ApiKeys;

/// <content>Testing an address.</content>
public sealed partial class ApiKeyWorkspaceManager
{
    /// <summary>
    /// Tests whether the stored IP allowlists admit an address: the list of the actor's workspace, and optionally that of a key.
    /// </summary>
    /// <param name="actor">The actor.</param>
    /// <param name="address">An IPv4 or IPv6 address, as an allowlist can have it.</param>
    /// <param name="keyId">The id of the key whose own list is tested too, or null to test the workspace's list alone.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ApiKeyResult<ApiKeyAddressTest>> TestAddressAsync(
        ApiKeyActor actor, string address, string? keyId = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(address);
        if (!IpNetwork.TryParse(address, out var parsed) || parsed.First != parsed.Last)
        {
            return ApiKeyFailure.InvalidRequest(
                ApiKeyErrorDetail.New("address", "must be an IP address, such as 192.0.2.7 or 2001:db8::1"));
        }

        var workspace = await GetWorkspaceAsync(actor, cancellationToken).ConfigureAwait(false);
        if (!workspace.Succeeded)
        {
            return workspace.Failure;
        }

        NetworkList? ofKey = null;
        if (keyId is not null)
        {
            var key = await _keys.GetAsync(actor, keyId, cancellationToken).ConfigureAwait(false);
            if (!key.Succeeded)
            {
                return key.Failure;
            }

            ofKey = NetworkList.Compile(key.Value.AllowedNetworks);
        }

        var ofWorkspace = Allowlist.Compile(workspace.Value);
        var isReportOnly = ofWorkspace?.IsReportOnly == true;
        var isRefusedByWorkspace = ofWorkspace?.Admits(parsed) == false;
        var isRefusedByKey = ofKey?.Contains(parsed) == false;
        return new ApiKeyAddressTest
        {
            IsAllowed = !isRefusedByKey && (!isRefusedByWorkspace || isReportOnly),
            IsRefusedByWorkspace = isRefusedByWorkspace,
            IsRefusedByKey = isRefusedByKey,
            IsReportOnly = isReportOnly,
        };
    }
}
