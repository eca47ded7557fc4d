using HirePanda.ApiKeys.Dashboard.Components;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>A request to a page, by somebody who may see the dashboard.</summary>
internal sealed class DashboardRequest(HttpContext context, ApiKeyActor actor, IFormCollection? form, DashboardView view)
{
    public ApiKeyActor Actor { get; } = actor;

    /// <summary>Gets what every page shows.</summary>
    public DashboardView View { get; } = view;

    public HttpContext Context { get; } = context;

    public CancellationToken Aborted => Context.RequestAborted;

    /// <summary>Gets the time of the request.</summary>
    public DateTimeOffset Now => View.Now;

    /// <summary>Gets a service of the host.</summary>
    public T Get<T>()
        where T : notnull
        => Context.RequestServices.GetRequiredService<T>();

    /// <summary>Gets a value of the route.</summary>
    public string Route(string name) => (string?)Context.GetRouteValue(name) ?? "";

    /// <summary>Gets a value of the query, or null if there is none or it is empty.</summary>
    public string? Query(string name) => Context.Request.Query[name] is [{ Length: > 0 } value, ..] ? value : null;

    /// <summary>Gets a field of the form, trimmed, or null if there is none or it is empty.</summary>
    public string? Field(string name)
        => form?[name] is [{ } value, ..] && value.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>Gets all values of a field of the form.</summary>
    public IReadOnlyList<string> Fields(string name)
        => [.. (form?[name] ?? default).OfType<string>().Select(value => value.Trim()).Where(value => value.Length > 0)];

    /// <summary>Gets the lines of a field of the form that are not empty.</summary>
    public IReadOnlyList<string> Lines(string name)
        => Field(name)?.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    /// <summary>Gets the version that the form was made from, or null if the form has none.</summary>
    public long? Version
        => long.TryParse(Field("version"), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : null;

    /// <summary>Creates a redirect to another page, after something was done.</summary>
    /// <param name="path">The address below the dashboard.</param>
    /// <param name="done">The code of the notice to show there, or null for none.</param>
    public RedirectAnswer To(string path, string? done = null)
        => new(View.Url(path)
            + (done is null ? "" : (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "done=" + done));
}
