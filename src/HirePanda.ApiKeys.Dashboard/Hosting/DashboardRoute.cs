namespace HirePanda.ApiKeys.Dashboard;

/// <summary>Answers a request to a page.</summary>
internal delegate Task<DashboardAnswer> DashboardHandler(DashboardRequest request);

/// <summary>One page, as it is mapped below the address of the dashboard.</summary>
/// <param name="Pattern">The route pattern, such as <c>/keys/{id}</c>.</param>
/// <param name="Section">The entry of the navigation that the page belongs to.</param>
/// <param name="Handler">The handler.</param>
internal sealed record DashboardRoute(string Pattern, Section Section, DashboardHandler Handler)
{
    /// <summary>Gets a value that indicates whether the page receives a form (POST) instead of being shown (GET).</summary>
    public bool IsWrite { get; init; }

    /// <summary>Gets a value that indicates whether the page only leads back to the page that has its form.</summary>
    public bool IsWayBack { get; init; }

    /// <summary>Gets the address of the dashboard's root, without a slash at its end, from the address of this page.</summary>
    public string RootOf(string path)
    {
        var own = Pattern.TrimEnd('/').Count(character => character == '/');
        var root = path.TrimEnd('/');
        for (; own > 0 && root.Length > 0; own--)
        {
            root = root[..Math.Max(root.LastIndexOf('/'), 0)];
        }

        return root;
    }
}

/// <summary>Specifies an entry of the navigation.</summary>
internal enum Section
{
    /// <summary>No entry.</summary>
    None,

    /// <summary>The overview.</summary>
    Overview,

    /// <summary>The settings: API keys and security.</summary>
    Settings,

    /// <summary>The API keys.</summary>
    Keys,

    /// <summary>The IP allowlist.</summary>
    Security,

    /// <summary>The usage.</summary>
    Usage,

    /// <summary>The alerts and webhooks.</summary>
    Alerts,

    /// <summary>The audit log.</summary>
    Audit,
}
