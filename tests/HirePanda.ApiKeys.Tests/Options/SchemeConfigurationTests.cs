using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The section <c>Authentication:Schemes:ApiKey</c>, like those of the framework's own schemes.</summary>
public sealed class SchemeConfigurationTests
{
    private const string Section = "Authentication:Schemes:ApiKey";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Section_OfTheScheme_Binds(bool withFrameworkServices)
    {
        await using var api = await TestApi.StartAsync(first: builder =>
        {
            Set(builder, ("Brand", "acme"), ("HeaderNames:0", "X-Key"));
            Set(builder, ("Cache:Lifetime", "00:01:00"), ("Alerts:ExpiryDays:0", "60"));
            if (withFrameworkServices)
            {
                builder.Services.AddAuthentication();
            }
        });
        var secret = api.Secret();

        using var response = await api.GetAsync("/read", secret);

        secret.Should().StartWith("acme_live_");
        response.Header("Vary").Should().Be("X-Key");
        Options(api).Cache.Lifetime.Should().Be(TimeSpan.FromMinutes(1));
        Options(api).Alerts.ExpiryDays.Should().Equal(60);
    }

    [Fact]
    public async Task Section_OfTheSchemeBesideOtherSources_GivesWay()
    {
        var explicitSection = new ConfigurationManager { ["HeaderNames:0"] = "X-Explicit" };
        await using var api = await TestApi.StartAsync(
            options => options.MaxActiveKeys = 2,
            builder => builder.Services.AddHirePandaApiKeys(explicitSection),
            first: builder =>
            {
                Set(builder, ("Brand", "scheme"), ("HeaderNames:0", "X-Scheme"), ("HeaderNames:1", "X-Other"));
                Set(builder, ("MaxActiveKeys", "1"), ("Cache:Capacity", "5"));
                builder.Services.Configure<ApiKeyOptions>(options => options.Brand = "code");
            });

        var options = Options(api);
        options.Brand.Should().Be("code", "code wins even if it comes before the registration");
        options.HeaderNames.Should().Equal("X-Explicit");
        options.MaxActiveKeys.Should().Be(2);
        options.Cache.Capacity.Should().Be(5);
    }

    [Fact]
    public async Task Section_OfTheSchemeThatChanges_HoldsForTheNextRequest()
    {
        IConfigurationRoot configuration = null!;
        await using var api = await TestApi.StartAsync(first: builder =>
        {
            Set(builder, ("DefaultRateLimit:Permits", "7"), ("DefaultRateLimit:Window", "00:00:10"));
            configuration = builder.Configuration;
        });
        var secret = api.Secret();
        using var first = await api.GetAsync("/read", secret);

        configuration[$"{Section}:DefaultRateLimit:Permits"] = "9";
        configuration.Reload();
        using var second = await api.GetAsync("/read", secret);

        first.Header("RateLimit-Policy").Should().Be("\"default\";q=7;w=10");
        second.Header("RateLimit-Policy").Should().Be("\"default\";q=9;w=10");
    }

    [Theory]
    [InlineData("Cache:Capacity", "0", "Cache:Capacity must be*")]
    [InlineData("HeaderNames", "X-Key", $"{Section}:HeaderNames is 'X-Key'*")]
    [InlineData("Cache:Lifetime", "banana", $"*{Section}:Cache:Lifetime*")]
    public async Task Section_OfTheSchemeThatIsBad_StopsTheHost(string name, string value, string message)
    {
        var start = () => TestApi.StartAsync(first: builder => Set(builder, (name, value)));

        (await start.Should().ThrowAsync<Exception>().WithMessage(message))
            .Which.Should().Match(exception => exception is OptionsValidationException || exception is InvalidOperationException);
    }

    [Fact]
    public async Task Services_WithoutConfiguration_Work()
    {
        await using var services = new ServiceCollection().AddLogging().AddHirePandaApiKeys().Services.BuildServiceProvider();

        services.GetRequiredService<IOptions<ApiKeyOptions>>().Value.Brand.Should().Be("hp");
        services.GetService<IAuthenticationConfigurationProvider>().Should().BeNull("the library does not need it");
    }

    private static void Set(WebApplicationBuilder builder, params (string Name, string Value)[] settings)
    {
        foreach (var (name, value) in settings)
        {
            builder.Configuration[$"{Section}:{name}"] = value;
        }
    }

    private static ApiKeyOptions Options(TestApi api)
        => api.Services.GetRequiredService<IOptionsMonitor<ApiKeyOptions>>().Get(ApiKeyDefaults.AuthenticationScheme);
}
