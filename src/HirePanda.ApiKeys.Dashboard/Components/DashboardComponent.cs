using System.ComponentModel;
using Microsoft.AspNetCore.Components;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>The base of every page and part.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class DashboardComponent : ComponentBase
{
    /// <summary>Gets or sets what every page shows.</summary>
    [CascadingParameter]
    public DashboardView View { get; set; } = null!;

    /// <summary>Gets an address below the dashboard.</summary>
    protected string Url(string path) => View.Url(path);
}
