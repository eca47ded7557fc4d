using System.Data.Common;
using HirePanda.Api;
using HirePanda.ApiKeys;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
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
    // This is a configuration error. Its message says what to do, and a stack trace adds nothing.
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
            // The host was asked to stop during the start, which is not an error. Stop what has started, and store what was
            // counted.
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

    // These categories log the request line or its parameters. A caller can put a secret there, and although the call is refused,
    // the secret must not get into a log.
    builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
    builder.Logging.AddFilter("OpenIddict", LogLevel.Warning);

    // The host logs a failed start with a stack trace, even if it was only stopped early. The code above prints the message.
    builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);

    // Running requests get two of the ten seconds of a shutdown. The rest is for storing the last data.
    builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(2));
    builder.Services.AddControllers();
    builder.Services.Configure<ApiKeyOptions>(options =>
    {
        HirePandaCatalog.Configure(options.Catalog);
        options.FailedAttempts.OperatorWorkspace = FirstStart.Workspace;
    });
    var keys = builder.Services.AddHirePandaApiKeys(builder.Configuration.GetSection("ApiKeys"))
        .AddEntityFrameworkStore(db => ChooseDatabase(db, builder.Configuration));
    keys.AddDashboard(options =>
    {
        options.ProductName = "HirePanda";
        options.VariableName = "HIREPANDA_API_KEY";
        options.ExampleUrl = "/api/v1/jobs";
        options.SignOutPath = AccountPages.LogoutPath;
    });
    if (builder.Configuration["Countries:File"] is { Length: > 0 } countries)
    {
        keys.AddMaxMindCountries(countries);
    }

    if (builder.Configuration.GetConnectionString("Redis") is { Length: > 0 } redis)
    {
        keys.AddRedis(redis, options => builder.Configuration.GetSection("Redis").Bind(options));
    }

    keys.AcceptCredentials(builder.Configuration);
    builder.Services.AddSingleton<Catalogue>();
    builder.Services.AddHostedService<FirstStart>();
    builder.Services.AddAccounts(db => ChooseDatabase(db, builder.Configuration));
    builder.Services.AddOAuth(builder.Configuration);
    builder.Services.AddTrustedProxies(builder.Configuration);
    builder.AddTelemetry();
    builder.Services.AddHealthChecks().AddHirePandaApiKeys();
    builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
        .WithOrigins(builder.Configuration.GetSection("Cors:Origins").Get<string[]>() ?? []).AllowAnyHeader().AllowAnyMethod()));

    var app = builder.Build();

    // This comes first, because a scraper has no key and its requests are not counted.
    app.UseOpenTelemetryPrometheusScrapingEndpoint("/metrics");

    // The order matters: keys are checked against the real client address, and preflight requests need no key.
    app.UseForwardedHeaders();
    app.UseCors();
    app.UseOAuthLimit();
    app.UseOAuthOutage();
    app.UseAuthentication();
    app.UseAuthorization();

    app.MapGet("/health", () => Results.Text("ok")).AllowAnonymous();
    app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
    app.MapHealthChecks("/health/ready").AllowAnonymous();
    app.MapHirePandaApiKeys("/api/v1/api-keys");
    app.MapControllers();
    app.MapAccountPages();
    app.MapOAuth();
    app.MapHirePandaApiKeysDashboard(AccountPages.DashboardPath).RequireAuthorization(AccountServices.StaffPolicy);
    return app;
}

static void ChooseDatabase(DbContextOptionsBuilder db, IConfiguration configuration)
{
    if (configuration.GetConnectionString("Postgres") is { Length: > 0 } postgres)
    {
        db.UseNpgsql(postgres);
    }
    else
    {
        db.UseSqlite(configuration.GetConnectionString("ApiKeys") ?? "Data Source=hirepanda.db");
    }
}

static bool HasUrls(IConfiguration configuration)
    => !string.IsNullOrEmpty(configuration["URLS"]) || !string.IsNullOrEmpty(configuration["HTTP_PORTS"])
        || !string.IsNullOrEmpty(configuration["HTTPS_PORTS"]) || configuration.GetSection("Kestrel:Endpoints").Exists();

/// <summary>The program. It is public so that tests can host it.</summary>
public partial class Program;
