using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>What every page shows, as a cascading parameter.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class DashboardView
{
    /// <summary>Gets the address of the dashboard, without a slash at its end.</summary>
    public required string Root { get; init; }

    /// <summary>Gets the address of the assets.</summary>
    public required string Assets { get; init; }

    /// <summary>Gets the options.</summary>
    public required DashboardOptions Options { get; init; }

    /// <summary>Gets the address of the API in examples, with scheme and host.</summary>
    public string ExampleUrl { get; init; } = "";

    /// <summary>Gets the address of the form that signs the user out, or null if there is none.</summary>
    public string? SignOutUrl { get; init; }

    /// <summary>Gets the time of the request.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Gets the entry of the navigation that the page belongs to.</summary>
    public required string Section { get; init; }

    /// <summary>Gets the name of the signed-in user.</summary>
    public string User { get; init; } = "";

    /// <summary>Gets the workspace of the user.</summary>
    public string Workspace { get; init; } = "";

    /// <summary>Gets the address of the user's client, as the allowlist sees it, or null if it is unknown.</summary>
    public string? Address { get; init; }

    /// <summary>Gets a value that indicates whether the user may change anything.</summary>
    public bool CanManage { get; init; }

    /// <summary>Gets the age at which a key is to be rotated, or zero for never.</summary>
    public TimeSpan RotationAge { get; init; }

    /// <summary>Gets the number of open alerts.</summary>
    public int OpenAlerts { get; init; }

    /// <summary>Gets the name of the field that holds the antiforgery token.</summary>
    public string TokenField { get; init; } = "";

    /// <summary>Gets the antiforgery token.</summary>
    public string Token { get; init; } = "";

    /// <summary>Gets the code of the notice to show, or null for none.</summary>
    public string? Done { get; init; }

    /// <summary>Gets an address below the dashboard.</summary>
    public string Url(string path) => Root + (path == "/" ? "/" : path);
}
