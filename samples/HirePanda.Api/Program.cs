using System.Data.Common;
using HirePanda.Api;
using HirePanda.ApiKeys;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

try
{
    await RunAsync(Build(args));
    return 0;
}
catch (Exception exception)
    when (exception is InvalidOperationException or OptionsValidationException or FormatException or InvalidDataException
        or IOException or DbException)
{
    // A mistake of set-up: its message says what to do, and a stack trace adds nothing.
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}

static async Task RunAsync(WebApplication app)
{
    await using (app)
    {
        var stopping = app.Lifetime.ApplicationStopping;
        try
        {
            await app.StartAsync();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Asked to stop before the start was over, which is no mistake: what has started ends, and what was counted is
            // stored.
            await app.StopAsync();
            return;
        }

        await app.WaitForShutdownAsync();
    }
}

static WebApplication Build(string[] args)
{
    var builder = WebApplication.CreateBuilder(args);
    if (!HasUrls(builder.Configuration))
    {
        builder.WebHost.UseUrls("http://localhost:5080");
    }

    // The request's line at its start and end: a caller who puts a secret into the query is refused, but must not find it in a
    // log.
    builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);

    // A start that fails: the host would report it with a stack trace, even when somebody only stops it early. What matters is
    // said above.
    builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);

    // Requests that are under way have two seconds to end; what is left of ten belongs to what is stored last.
    builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(2));
    builder.Services.AddControllers();
    builder.Services.Configure<ApiKeyOptions>(options =>
    {
        HirePandaCatalog.Configure(options.Catalog);
        options.FailedAttempts.OperatorWorkspace = FirstStart.Workspace;
    });
    var keys = builder.Services.AddHirePandaApiKeys(builder.Configuration.GetSection("ApiKeys")).AddEntityFrameworkStore(db =>
    {
        if (builder.Configuration.GetConnectionString("Postgres") is { Length: > 0 } postgres)
        {
            db.UseNpgsql(postgres);
        }
        else
        {
            db.UseSqlite(builder.Configuration.GetConnectionString("ApiKeys") ?? "Data Source=hirepanda.db");
        }
    });
    if (builder.Configuration["Countries:File"] is { Length: > 0 } countries)
    {
        keys.AddMaxMindCountries(countries);
    }

    builder.Services.AddSingleton<Catalogue>();
    builder.Services.AddHostedService<FirstStart>();
    builder.Services.AddTrustedProxies(builder.Configuration);
    builder.AddTelemetry();
    builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
        .WithOrigins(builder.Configuration.GetSection("Cors:Origins").Get<string[]>() ?? []).AllowAnyHeader().AllowAnyMethod()));

    var app = builder.Build();

    // Before all else: whoever scrapes has no key, and is no request to count.
    app.UseOpenTelemetryPrometheusScrapingEndpoint("/metrics");

    // In this order: keys are checked for the real client's address, and a preflight is answered before anybody asks for a key.
    app.UseForwardedHeaders();
    app.UseCors();
    app.UseAuthentication();
    app.UseAuthorization();

    app.MapGet("/health", () => Results.Text("ok")).AllowAnonymous();
    app.MapHirePandaApiKeys("/api/v1/api-keys");
    app.MapControllers();
    return app;
}

static bool HasUrls(IConfiguration configuration)
    => !string.IsNullOrEmpty(configuration["URLS"]) || !string.IsNullOrEmpty(configuration["HTTP_PORTS"])
        || !string.IsNullOrEmpty(configuration["HTTPS_PORTS"]) || configuration.GetSection("Kestrel:Endpoints").Exists();

/// <summary>The program; public so that tests can host it.</summary>
public partial class Program;
