using HirePanda.ApiKeys.Dashboard.Components;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>Sums up what a key could do if the form was sent as it is.</summary>
internal static class KeySummaries
{
    /// <summary>Answers with the summary of the form in the query.</summary>
    public static Task<DashboardAnswer> ShowAsync(DashboardRequest request)
        => Task.FromResult<DashboardAnswer>(PageAnswer.Create<KeySummaryPage>(
            "Summary of a key", Create(request, KeyInputReader.Queried(request), null)));

    /// <summary>Answers with the summary of a key as the form in the query would change it.</summary>
    public static async Task<DashboardAnswer> ShowOfAsync(DashboardRequest request)
    {
        var key = await request.Get<ApiKeyManager>().GetAsync(request.Actor, request.Route("id"), request.Aborted)
            .ConfigureAwait(false);
        return key.Failure is { } failure
            ? Refusal.From(failure)
            : PageAnswer.Create<KeySummaryPage>(
                "Summary of a key", Create(request, KeyInputReader.Queried(request), key.Value));
    }

    /// <summary>Creates a summary.</summary>
    /// <param name="request">The request.</param>
    /// <param name="input">The form.</param>
    /// <param name="key">The key that is edited, or null for a new one.</param>
    public static KeySummary Create(DashboardRequest request, KeyInput input, ApiKey? key)
    {
        var catalog = request.Get<ApiKeyCatalogReader>().Get(request.Actor);
        var type = catalog.Types.FirstOrDefault(type => type.Name == (key?.Type ?? input.Type));
        var (tier, permissions) = KeyInputReader.Grant(input);
        if (tier is null && permissions is null)
        {
            if (key is null && type is null)
            {
                return new("Choose a type to see what the key can call.", []);
            }

            (tier, permissions) = key is null
                ? (type!.DefaultTier, type.DefaultPermissions)
                : (key.Tier, key.Permissions);
        }

        var endpoints = request.Get<ApiKeyAccessEvaluator>().Evaluate(tier, permissions ?? []);
        var callable = endpoints.Count(endpoint => endpoint.Access is ApiKeyAccess.Allowed or ApiKeyAccess.Anonymous);
        var open = endpoints.Count(endpoint => endpoint.Access == ApiKeyAccess.DependsOnRequest);
        var text = $"Can call {callable} of {Durations.Count(endpoints.Count, "endpoint")}"
            + (open > 0 ? $" ({open} more depend on the request)" : "")
            + $", {From(input)}, {Until(request, input, key)}.";
        return new(text, Missing(catalog, tier, permissions ?? []));
    }

    private static string From(KeyInput input) => KeyInputReader.Lines(input.Networks).Count switch
    {
        0 => "from anywhere",
        var count => $"from {Durations.Count(count, "network")}",
    };

    private static string Until(DashboardRequest request, KeyInput input, ApiKey? key)
    {
        var (lifetime, end) = KeyInputReader.Expiry(input);
        end = input.Expires == KeyInput.KeepExpiry ? key?.ExpiresAt : lifetime is { } time ? request.Now + time : end;
        return end is not { } at ? "until it is revoked"
            : at <= request.Now ? "until a date that you have yet to choose"
            : $"until {KeyText.Date(at)}";
    }

    private static IReadOnlyList<string> Missing(ApiKeyCatalogView catalog, string? tier, IReadOnlyList<string> permissions)
        =>
        [
            .. catalog.Tiers.Where(one => one.Name == tier).SelectMany(one => one.MissingPermissions)
                .Concat(catalog.Permissions.Where(one => !one.CanGrant && permissions.Contains(one.Name)).Select(one => one.Name))
                .Distinct(),
        ];
}
