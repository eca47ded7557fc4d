using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>A way to protect the endpoint that all scenarios share.</summary>
/// <param name="Name">The name in the results.</param>
/// <param name="Authorization">The Authorization field that callers send, or null if they send none.</param>
internal sealed record Scenario(string Name, string? Authorization)
{
    public const string Path = "/jobs/42";

    public const string Policy = "write";

    private static readonly byte[] _body = "{\"id\":42}"u8.ToArray();

    /// <summary>Gets the registration of the services that protect the endpoint, or null if it is anonymous.</summary>
    public Action<IServiceCollection>? Services { get; init; }

    /// <summary>Gets what maps further endpoints, or null for none.</summary>
    public Action<WebApplication>? Map { get; init; }

    /// <summary>Gets the name of the framework's rate limiting policy, or null for no rate limiting.</summary>
    public string? Limiter { get; init; }

    /// <summary>Gets a value that indicates whether authentication runs as middleware, and not only for the policy.</summary>
    public bool UsesAuthentication { get; init; } = true;

    /// <summary>Builds the application.</summary>
    /// <param name="configure">Configures the server.</param>
    public WebApplication Build(Action<WebApplicationBuilder> configure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        Services?.Invoke(builder.Services);
        configure(builder);
        var app = builder.Build();
        app.UseRouting();
        if (Services is not null)
        {
            if (UsesAuthentication)
            {
                app.UseAuthentication();
            }

            app.UseAuthorization();
        }

        var endpoint = app.MapGet("/jobs/{id}", AnswerAsync);
        if (Services is not null)
        {
            endpoint.RequireAuthorization(Policy);
        }

        if (Limiter is not null)
        {
            app.UseRateLimiter();
            endpoint.RequireRateLimiting(Limiter);
        }

        Map?.Invoke(app);
        return app;
    }

    private static Task AnswerAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = _body.Length;
        var write = context.Response.BodyWriter.WriteAsync(_body);
        return write.IsCompletedSuccessfully ? Task.CompletedTask : write.AsTask();
    }
}
