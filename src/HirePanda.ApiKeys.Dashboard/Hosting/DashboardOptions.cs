namespace HirePanda.ApiKeys.Dashboard;

/// <summary>Configures the dashboard.</summary>
public sealed class DashboardOptions
{
    /// <summary>Gets or sets the name of the product in the title of every page. The default is "API keys".</summary>
    public string ProductName { get; set; } = "API keys";

    /// <summary>
    /// Gets or sets the address of the API in examples, such as <c>https://api.example.com/api/v1/jobs</c>, or a path of this
    /// host, such as <c>/api/v1/jobs</c>. If it is null, examples use the root of this host. The default is null.
    /// </summary>
    public string? ExampleUrl { get; set; }

    /// <summary>
    /// Gets or sets the name of the environment variable in examples. The default is <c>API_KEY</c>.
    /// </summary>
    public string VariableName { get; set; } = "API_KEY";

    /// <summary>
    /// Gets or sets the address of the form that signs the user out by POST, relative to the host's root, or null for none. The
    /// default is null.
    /// </summary>
    public string? SignOutPath { get; set; }

    /// <summary>
    /// Gets or sets the origins that the policy's <c>form-action</c> allows besides the dashboard's own, such as
    /// <c>https://login.example.com</c>. Browsers apply it to the redirect that follows a form too, so that a form of an expired
    /// session cannot reach another origin's login page without it. The default is none.
    /// </summary>
    public IList<string> FormActionSources { get; } = [];
}
