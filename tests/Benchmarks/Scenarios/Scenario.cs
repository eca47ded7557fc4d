using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>One way to guard one and the same endpoint.</summary>
/// <param name="Name">What results call it.</param>
/// <param name="Authorization">The Authorization field that its callers send; null: none.</param>
internal sealed record Scenario(string Name, string? Authorization)
{
    public const string Path = "/jobs/42";

    public const string Policy = "write";

    private static readonly byte[] _body = "{\"id\":42}"u8.ToArray();

    /// <summary>Registers what guards the endpoint; null: it is open to anybody.</summary>
    public Action<IServiceCollection>? Services { get; init; }

    /// <summary>The name of a rate limiting policy of the framework's; null: none.</summary>
    public string? Limiter { get; init; }

    /// <summary>Whether authentication runs as middleware of its own, and not for the policy alone.</summary>
    public bool UsesAuthentication { get; init; } = true;

    /// <summary>Builds the application.</summary>
    /// <param name="configure">Chooses the server.</param>
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
