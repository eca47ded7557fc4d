using System.Net;
using HirePanda.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The sample in memory, on its own database, with accounts that a test chooses.</summary>
internal sealed class SampleHost : IAsyncDisposable
{
    public const string Password = "a password of the tests";

    private readonly WebApplicationFactory<Program> _factory;

    private SampleHost(WebApplicationFactory<Program> factory) => _factory = factory;

    public IServiceProvider Services => _factory.Services;

    /// <summary>Starts the sample.</summary>
    /// <param name="database">The setting of an existing database, or null for a new SQLite file.</param>
    /// <param name="services">Adds services, or is null.</param>
    /// <param name="settings">More settings.</param>
    public static async Task<SampleHost> StartAsync(
        (string Name, string Value)? database = null,
        Action<IServiceCollection>? services = null,
        params IEnumerable<(string Name, string Value)> settings)
    {
        var (name, value) = database ?? await SampleDatabase.NewAsync("sqlite");
        var host = new SampleHost(new WebApplicationFactory<Program>().WithWebHostBuilder(web =>
        {
            web.UseSetting(name.Replace("__", ":", StringComparison.Ordinal), value)
                .ConfigureLogging(logging => logging.ClearProviders())
                .ConfigureServices(all => services?.Invoke(all));
            foreach (var setting in settings)
            {
                web.UseSetting(setting.Name, setting.Value);
            }
        }));
        _ = host.Services;
        return host;
    }

    /// <summary>Adds management endpoints for people, because the sample's own are for keys.</summary>
    public static void MapForStaff(IServiceCollection services) => services.AddSingleton<IStartupFilter, StaffEndpoints>();

    public Browser Open(CookieContainer? cookies = null) => new(new Uri("http://localhost"), CreateHandler(), cookies);

    /// <summary>Creates a handler with which other clients reach the sample.</summary>
    public HttpMessageHandler CreateHandler() => _factory.Server.CreateHandler();

    /// <summary>Adds an account with <see cref="Password"/> and returns its id.</summary>
    public async Task<string> AddAsync(string email, string? workspace)
    {
        await using var scope = Services.CreateAsyncScope();
        var account = new Account { UserName = email, Email = email, Workspace = workspace };
        var result = await scope.ServiceProvider.GetRequiredService<UserManager<Account>>().CreateAsync(account, Password);
        result.Succeeded.Should().BeTrue(result.ToString());
        return account.Id;
    }

    /// <summary>Adds an account and opens a browser in which it is signed in.</summary>
    public async Task<Browser> SignInAsync(string email, string? workspace)
    {
        await AddAsync(email, workspace);
        var browser = Open();
        using var response = await browser.SignInAsync(email, Password);
        response.StatusCode.Should().Be(HttpStatusCode.SeeOther);
        return browser;
    }

    public ValueTask DisposeAsync() => _factory.DisposeAsync();

    private sealed class StaffEndpoints : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.UseRouting();
            app.UseAuthentication();
            app.UseAuthorization();
            app.UseEndpoints(endpoints => endpoints.MapHirePandaApiKeys("/staff", policy: "Staff"));
            next(app);
        };
    }
}
