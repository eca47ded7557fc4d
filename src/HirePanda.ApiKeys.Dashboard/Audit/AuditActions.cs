using System.Collections.Frozen;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The actions of the audit log in plain words.</summary>
internal static class AuditActions
{
    public const string AllowlistReport = "allowlist.report";

    private const string Refused = ".refused";

    private static readonly FrozenDictionary<string, string> _words = new Dictionary<string, string>
    {
        ["key.create"] = "Created a key",
        ["key.import"] = "Imported a key",
        ["key.read"] = "Looked at a key",
        ["key.update"] = "Changed a key",
        ["key.rotate"] = "Rotated a key",
        ["key.revoke"] = "Revoked a key",
        ["key.find"] = "Found a key by its secret",
        ["allowlist.read"] = "Looked at the IP whitelist",
        ["allowlist.update"] = "Changed the IP whitelist",
        [AllowlistReport] = "The IP whitelist would have refused a request",
        ["alert.read"] = "Looked at alerts",
        ["alert.acknowledge"] = "Acknowledged an alert",
        ["webhook.read"] = "Looked at webhooks",
        ["webhook.create"] = "Added a webhook",
        ["webhook.delete"] = "Deleted a webhook",
        ["audit.read"] = "Looked at the audit log",
        ["usage.read"] = "Looked at usage",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly string[] _offered =
    [
        "key.create", "key.import", "key.update", "key.rotate", "key.revoke", "key.find", "allowlist.update", AllowlistReport,
        "alert.acknowledge", "webhook.create", "webhook.delete", "key.read.refused", "key.create.refused", "key.update.refused",
        "key.rotate.refused", "key.revoke.refused", "key.find.refused", "allowlist.update.refused", "webhook.create.refused",
    ];

    /// <summary>Gets the actions that a filter offers, with their words.</summary>
    public static IReadOnlyList<(string Name, string Words)> Choices { get; }
        = [.. _offered.Select(name => (name, Describe(name)))];

    /// <summary>Describes an action. An action that is not known stands for itself.</summary>
    public static string Describe(string action)
        => action.EndsWith(Refused, StringComparison.Ordinal) && _words.TryGetValue(action[..^Refused.Length], out var attempt)
            ? $"Refused: {attempt}"
            : _words.GetValueOrDefault(action, action);

    /// <summary>Determines whether an action concerns a webhook, whose address is often a secret.</summary>
    public static bool IsOfWebhook(string action) => action.StartsWith("webhook.", StringComparison.Ordinal);

    /// <summary>Determines whether an action is an attempt that was refused.</summary>
    public static bool IsRefused(string action) => action.EndsWith(Refused, StringComparison.Ordinal);
}
