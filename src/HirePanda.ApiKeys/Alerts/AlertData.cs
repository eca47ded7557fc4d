namespace HirePanda.ApiKeys;

/// <summary>The data of <see cref="ApiKeyAlertKinds.KeyExpiring"/>.</summary>
internal sealed record ExpiryData(DateTime ExpiresAt, int DaysBefore);

/// <summary>The data of <see cref="ApiKeyAlertKinds.RotationDue"/>.</summary>
internal sealed record RotationData(DateTime CreatedAt, DateTime DueSince);

/// <summary>The data of <see cref="ApiKeyAlertKinds.RateLimitApproaching"/>.</summary>
internal sealed record LimitData(int Used, int Permits, long WindowSeconds);

/// <summary>The data of <see cref="ApiKeyAlertKinds.FailedAuthentication"/>, for one client.</summary>
internal sealed record FailuresData(string Client, int Attempts, long WindowSeconds);

/// <summary>
/// The data of <see cref="ApiKeyAlertKinds.FailedAuthentication"/>, for the clients of an hour that have no alert of their own.
/// </summary>
internal sealed record MoreFailuresData(int Clients, long Attempts, string From);

/// <summary>The data of an alert of any other kind that stands for more alerts of an hour.</summary>
internal sealed record MoreAlertsData(int Alerts, string From);

/// <summary>The data of <see cref="ApiKeyAlertKinds.UnusualActivity"/>, for requests in one hour.</summary>
internal sealed record TrafficData(long Requests, long Busiest, long UsualAtThisTime);

/// <summary>The data of <see cref="ApiKeyAlertKinds.UnusualActivity"/>, for a new country.</summary>
internal sealed record CountryData(string Country);
