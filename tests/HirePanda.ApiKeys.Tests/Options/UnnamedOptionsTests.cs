using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Options without a name apply to the scheme, once.</summary>
public sealed class UnnamedOptionsTests
{
    public static TheoryData<string, Action<IServiceCollection, Action<ApiKeyOptions>>> Setups => new()
    {
        { "unnamed", (services, setup) => services.Configure(setup) },
        { "named", (services, setup) => services.Configure(ApiKeyDefaults.AuthenticationScheme, setup) },
        { "for all names", (services, setup) => services.ConfigureAll(setup) },
        {
            "unnamed with a service",
            (services, setup) => services.AddOptions<ApiKeyOptions>().Configure<TimeProvider>((options, _) => setup(options))
        },
        {
            "named with a service",
            (services, setup) => services.AddOptions<ApiKeyOptions>("ApiKey")
                .Configure<TimeProvider>((options, _) => setup(options))
        },
        { "a host's type", (services, setup) => services.AddSingleton<IConfigureOptions<ApiKeyOptions>>(new HostSetup(setup)) },
        {
            "a host's type that takes names",
            (services, setup) => services.AddSingleton<IConfigureOptions<ApiKeyOptions>>(new NamedHostSetup(setup))
        },
        { "unnamed, after all", (services, setup) => services.PostConfigure(setup) },
        { "named, after all", (services, setup) => services.PostConfigure(ApiKeyDefaults.AuthenticationScheme, setup) },
        { "for all names, after all", (services, setup) => services.PostConfigureAll(setup) },
    };

    [Theory]
    [MemberData(nameof(Setups))]
    public async Task Configure_InAnyWay_AppliesOnceBeforeAndAfterTheRegistration(
        string way, Action<IServiceCollection, Action<ApiKeyOptions>> configure)
    {
        foreach (var isBefore in new[] { true, false })
        {
            await using var api = await TestApi.StartAsync(
                first: builder => Configure(builder.Services, isBefore),
                services: builder => Configure(builder.Services, !isBefore));

            using var response = await api.GetAsync("/read", api.Secret());
            response.Header("Vary").Should().Be("X-Key", way);
            api.Services.GetRequiredService<IOptionsMonitor<ApiKeyOptions>>().Get(ApiKeyDefaults.AuthenticationScheme)
                .MaxActiveKeys.Should().Be(100_001, $"a setup that is {way} applies once");
        }

        void Configure(IServiceCollection services, bool isNow)
        {
            if (isNow)
            {
                configure(services, options =>
                {
                    options.HeaderNames = ["X-Key"];
                    options.MaxActiveKeys++;
                });
            }
        }
    }

    [Fact]
    public async Task Value_OfOptionsWithoutAName_IsTheSchemes()
    {
        await using var api = await TestApi.StartAsync(options => options.Brand = "acme");

        api.Services.GetRequiredService<IOptions<ApiKeyOptions>>().Value.Brand.Should().Be("acme");
    }

    [Fact]
    public async Task Start_UnnamedOptionThatIsBad_StopsTheHost()
    {
        var start = () => TestApi.StartAsync(
            services: builder => builder.Services.Configure<ApiKeyOptions>(options => options.Cache.Capacity = 0));

        await start.Should().ThrowAsync<OptionsValidationException>().WithMessage("Cache:Capacity must be*");
    }

    [Fact]
    public async Task Start_UnnamedValidationThatFails_StopsTheHost()
    {
        var start = () => TestApi.StartAsync(
            services: builder => builder.Services.AddOptions<ApiKeyOptions>()
                .Validate(options => options.UseProblemDetails, "We want problem details."));

        await start.Should().ThrowAsync<OptionsValidationException>().WithMessage("We want problem details.");
    }

    [Fact]
    public async Task Configuration_BoundWithoutAName_ChangesForTheNextRequest()
    {
        var configuration = Configuration();
        await using var api = await TestApi.StartAsync(
            services: builder => builder.Services.Configure<ApiKeyOptions>(configuration));
        var secret = api.Secret();
        using var first = await api.GetAsync("/read", secret);

        configuration["DefaultRateLimit:Permits"] = "9";
        configuration["UseProblemDetails"] = "true";
        ((IConfigurationRoot)configuration).Reload();
        using var second = await api.GetAsync("/read", secret);
        using var refused = await api.GetAsync("/read");

        first.Header("RateLimit-Policy").Should().Be("\"default\";q=7;w=10");
        second.Header("RateLimit-Policy").Should().Be("\"default\";q=9;w=10");
        refused.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
    }

    [Fact]
    public async Task Configuration_BoundWithoutANameChangesToSomethingBad_KeepsTheLastValidOptionsAndSaysSo()
    {
        var configuration = Configuration();
        await using var api = await TestApi.StartAsync(
            services: builder => builder.Services.Configure<ApiKeyOptions>(configuration));

        configuration["Cache:Lifetime"] = "09:00:00";
        ((IConfigurationRoot)configuration).Reload();
        using var response = await api.GetAsync("/read", api.Secret());

        response.Header("RateLimit-Policy").Should().Be("\"default\";q=7;w=10");
        api.Logs.Ours.Should().Contain(entry => entry.Level == LogLevel.Error && entry.Text.Contains("Cache:Lifetime"));
    }

    private static ConfigurationManager Configuration()
        => new() { ["DefaultRateLimit:Permits"] = "7", ["DefaultRateLimit:Window"] = "00:00:10" };

    private sealed class HostSetup(Action<ApiKeyOptions> setup) : IConfigureOptions<ApiKeyOptions>
    {
        public void Configure(ApiKeyOptions options) => setup(options);
    }

    private sealed class NamedHostSetup(Action<ApiKeyOptions> setup) : IConfigureNamedOptions<ApiKeyOptions>
    {
        public void Configure(string? name, ApiKeyOptions options) => setup(options);

        public void Configure(ApiKeyOptions options) => setup(options);
    }
}
