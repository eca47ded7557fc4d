namespace HirePanda.ApiKeys.Tests;

/// <summary>Requests for every outcome that a verification can have.</summary>
internal static class Outcomes
{
    private const string Rejected = "X-Rejected";

    public static string[] All { get; } =
    [
        "valid", "missing", "not_an_api_key", "ambiguous", "malformed", "unknown", "revoked", "disabled", "expired",
        "address_not_allowed", "rate_limited",
        "client_throttled", "unavailable", "rejected_by_host",
    ];

    public static Task<TestApi> StartAsync(Action<ApiKeyOptions>? options = null) => TestApi.StartAsync(settings =>
    {
        settings.FailedAttempts.PerMinute = 1;
        settings.HeaderNames = ["X-API-Key"];
        settings.Events.OnMessageReceived = context =>
        {
            if (context.Request.Headers.ContainsKey(Rejected))
            {
                context.Fail("Not today.");
            }

            return Task.CompletedTask;
        };
        options?.Invoke(settings);
    });

    /// <summary>Prepares the outcome, and returns the request that ends with it.</summary>
    public static async Task<Func<Task>> PrepareAsync(TestApi api, string outcome)
    {
        var secret = outcome switch
        {
            "missing" => null,
            "not_an_api_key" => "eyJhbGciOiJub25lIn0.e30.",
            "malformed" => api.Secret()[..^1],
            "unknown" or "client_throttled" => api.UnknownSecret(),
            "revoked" => api.Issue(change: key => key with { RevokedAt = TestApi.Start }).Secret,
            "disabled" => api.Issue(change: key => key with { IsEnabled = false }).Secret,
            "expired" => api.Issue(change: key => key with { ExpiresAt = TestApi.Start }).Secret,
            "address_not_allowed" => api.Issue(
                new CreateApiKeyRequest
                {
                    Name = "Listed",
                    Type = ApiKeyTypes.Production,
                    AllowedNetworks = ["10.0.0.0/8"],
                }).Secret,
            "rate_limited" => api.Issue(
                new CreateApiKeyRequest
                {
                    Name = "Limited",
                    Type = ApiKeyTypes.Production,
                    RateLimits = [new RateLimit(1, TimeSpan.FromMinutes(1))],
                }).Secret,
            _ => api.Secret(),
        };
        switch (outcome)
        {
            case "ambiguous":
                return () => api.SendAsync(
                    HttpMethod.Get, "/read", secret, change: request => request.Headers.Add("X-API-Key", secret));
            case "rejected_by_host":
                return () => api.SendAsync(
                    HttpMethod.Get, "/read", secret, change: request => request.Headers.Add(Rejected, "yes"));
            case "rate_limited" or "client_throttled":
                await api.GetAsync("/read", secret);
                break;
            case "unavailable":
                api.Store.BeforeRead = _ => throw new InvalidOperationException("away");
                break;
        }

        return () => api.GetAsync("/read", secret);
    }
}
