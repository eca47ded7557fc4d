using Microsoft.AspNetCore.Components;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The answer to a request.</summary>
internal abstract record DashboardAnswer;

/// <summary>A page.</summary>
/// <param name="Component">The component that renders it.</param>
/// <param name="Title">The title, without the product's name.</param>
/// <param name="Parameters">The parameters of the component.</param>
internal sealed record PageAnswer(Type Component, string Title, IReadOnlyDictionary<string, object?> Parameters) : DashboardAnswer
{
    /// <summary>Gets the HTTP status. The default is 200.</summary>
    public int Status { get; init; } = 200;

    /// <summary>Creates the answer of a component whose model is its parameter <c>Model</c>.</summary>
    public static PageAnswer Create<TComponent>(string title, object? model = null, int status = 200)
        where TComponent : IComponent
        => new(
            typeof(TComponent),
            title,
            model is null ? new Dictionary<string, object?>() : new Dictionary<string, object?> { ["Model"] = model })
        {
            Status = status,
        };
}

/// <summary>A redirect by GET (303).</summary>
/// <param name="Url">The address.</param>
internal sealed record RedirectAnswer(string Url) : DashboardAnswer;

/// <summary>A file to download.</summary>
/// <param name="Name">The name of the file.</param>
/// <param name="ContentType">The content type.</param>
/// <param name="Text">The content.</param>
internal sealed record FileAnswer(string Name, string ContentType, string Text) : DashboardAnswer;
