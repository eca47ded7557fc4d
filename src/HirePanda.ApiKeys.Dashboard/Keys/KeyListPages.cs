using System.Text.RegularExpressions;
using HirePanda.ApiKeys.Dashboard.Components;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The list of keys.</summary>
internal static class KeyListPages
{
    /// <summary>A hint, which people may search for, has four characters after the prefix. A secret has more.</summary>
    private const string SecretTail = ")[0-9A-Za-z]{5,})";

    private static readonly TimeSpan _patience = TimeSpan.FromMilliseconds(100);

    public static async Task<DashboardAnswer> ShowAsync(DashboardRequest request)
    {
        var catalog = request.Get<ApiKeyCatalogReader>().Get(request.Actor);
        var types = catalog.Types.Select(type => type.Name).ToList();
        var prefixes = string.Join('|', catalog.Types.Select(type => Regex.Escape(type.Prefix)));
        var pattern = "(?:^|[^0-9A-Za-z])(?<secret>(?:" + prefixes + SecretTail;
        var (name, trail) = (request.Query("name")?.Trim(), request.Query("page"));
        name = name is { Length: > 0 } ? name : null;
        var isSecret = name is not null && Regex.IsMatch(name, pattern, RegexOptions.CultureInvariant, _patience);
        ApiKeyStatus? status = Enum.TryParse<ApiKeyStatus>(request.Query("status"), ignoreCase: true, out var known)
            && Enum.IsDefined(known) ? known : null;
        var type = types.Find(type => string.Equals(type, request.Query("type"), StringComparison.OrdinalIgnoreCase));
        var page = isSecret ? new ApiKeyPage<ApiKey> { Items = [] } : null;
        if (page is null)
        {
            var options = new ApiKeyListOptions { Name = name, Status = status, Type = type, Cursor = PageTrail.CursorOf(trail) };
            var result = await request.Get<ApiKeyManager>().ListAsync(request.Actor, options, request.Aborted)
                .ConfigureAwait(false);
            if (result.Failure is { } failure)
            {
                return Refusal.From(failure);
            }

            page = result.Value!;
        }

        return PageAnswer.Create<KeyListPage>(
            "API Keys",
            new KeyListModel
            {
                Keys = page.Items,
                Types = types,
                Name = isSecret ? null : name,
                Status = status,
                Type = type,
                IsSecret = isSecret,
                SecretPattern = pattern,
                Trail = PageTrail.Create(
                    request.View.Url("/keys"),
                    [new("name", name), new("status", status?.ToString()), new("type", type)],
                    trail,
                    page.NextCursor),
            });
    }
}
