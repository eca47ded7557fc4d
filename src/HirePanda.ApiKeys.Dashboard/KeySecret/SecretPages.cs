using HirePanda.ApiKeys.Dashboard.Components;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The page with a new secret, and whether the secret has been used.</summary>
internal static class SecretPages
{
    /// <summary>Shows a secret, in the answer to the form that made it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="issued">The key and its secret.</param>
    /// <param name="oldEnd">The time when the secret before stops working, or null if there is none.</param>
    public static PageAnswer Show(DashboardRequest request, IssuedApiKey issued, DateTimeOffset? oldEnd)
        => PageAnswer.Create<SecretPage>(
            oldEnd is null ? "API key generated" : "API key rotated",
            new SecretModel
            {
                Key = issued.Key,
                Secret = issued.Secret,
                ExampleUrl = request.View.ExampleUrl,
                OldEnd = oldEnd,
            });

    /// <summary>Shows whether a key has been used.</summary>
    public static async Task<DashboardAnswer> FirstRequestAsync(DashboardRequest request)
    {
        var key = await request.Get<ApiKeyManager>().GetAsync(request.Actor, request.Route("id"), request.Aborted)
            .ConfigureAwait(false);
        if (key.Failure is { } failure)
        {
            return Refusal.From(failure);
        }

        // The counts come first: the time of the last use is written later.
        var isUsed = key.Value!.LastUsedAt is not null
            || await KeyUsage.LastHourAsync(request, key.Value.Id).ConfigureAwait(false) > 0;
        return PageAnswer.Create<FirstRequestPage>(key.Value.Name, new FirstRequestModel(key.Value, isUsed));
    }
}
