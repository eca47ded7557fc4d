using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Options from configuration.</summary>
public sealed class OptionsConfigurationTests
{
    private static readonly string _pepper = new('x', 40);
    private static readonly string _previous = new('y', 40);

    [Fact]
    public async Task Configuration_BindsOptionsAndItsChangesHoldForTheNextRequest()
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Brand"] = "acme",
            ["HeaderNames:0"] = "X-Key",
            ["Cache:Lifetime"] = "00:01:00",
            ["DefaultRateLimit:Permits"] = "7",
            ["DefaultRateLimit:Window"] = "00:00:10",
            ["FailedAttempts:PerMinute"] = "5",
            ["Usage:CountryHeaderName"] = "X-Country",
            ["Alerts:RotationAge"] = "30.00:00:00",
            ["Hashing:Pepper"] = _pepper,
            ["Webhooks:AllowPrivateTargets"] = "true",
        });
        await using var api = await TestApi.StartAsync(services: builder => builder.Services.AddHirePandaApiKeys(configuration));
        var secret = api.Secret();

        secret.Should().StartWith("acme_live_");
        using var first = await api.GetAsync("/read", secret);
        configuration["DefaultRateLimit:Permits"] = "9";
        ((IConfigurationRoot)configuration).Reload();
        using var second = await api.GetAsync("/read", secret);

        first.Header("RateLimit-Policy").Should().Be("\"default\";q=7;w=10");
        first.Header("Vary").Should().Be("X-Key");
        second.Header("RateLimit-Policy").Should().Be("\"default\";q=9;w=10");
        var options = Options(api);
        options.Cache.Lifetime.Should().Be(TimeSpan.FromMinutes(1));
        options.FailedAttempts.PerMinute.Should().Be(5);
        options.Usage.CountryHeaderName.Should().Be("X-Country");
        options.Alerts.RotationAge.Should().Be(TimeSpan.FromDays(30));
        options.Hashing.Pepper.Should().Be(_pepper);
        options.Webhooks.AllowPrivateTargets.Should().BeTrue();
    }

    [Fact]
    public async Task Configuration_NamesLists_ReplacesThoseInCode()
    {
        await using var api = await StartAsync($$"""
            {
                "HeaderNames": ["X-Key"],
                "Hashing": { "PreviousPeppers": ["{{_previous}}"] },
                "Alerts": { "ExpiryDays": [60, 5] }
            }
            """);

        var options = Options(api);
        options.HeaderNames.Should().Equal("X-Key");
        options.Hashing.PreviousPeppers.Should().Equal(_previous);
        options.Alerts.ExpiryDays.Should().Equal(60, 5);
    }

    [Fact]
    public async Task Configuration_NamesNoList_KeepsThoseInCode()
    {
        await using var api = await StartAsync("""{ "Hashing": { }, "Alerts": { "RotationAge": "00:00:00" } }""");

        var options = Options(api);
        options.HeaderNames.Should().Equal("X-Code");
        options.Hashing.PreviousPeppers.Should().Equal(_pepper);
        options.Alerts.ExpiryDays.Should().Equal(30, 14, 7, 1);
    }

    [Fact]
    public async Task Configuration_NamesEmptyLists_EmptiesThem()
    {
        await using var api = await StartAsync(
            """{ "HeaderNames": [], "Hashing": { "PreviousPeppers": [] }, "Alerts": { "ExpiryDays": [] } }""");

        var options = Options(api);
        options.HeaderNames.Should().BeEmpty();
        options.Hashing.PreviousPeppers.Should().BeEmpty();
        options.Alerts.ExpiryDays.Should().BeEmpty();
    }

    [Theory]
    [InlineData("HeaderNames")]
    [InlineData("Hashing:PreviousPeppers")]
    [InlineData("Alerts:ExpiryDays")]
    public async Task Configuration_HasAValueInPlaceOfAList_StopsTheHostAndSaysHowToWriteAList(string path)
    {
        var configuration = new ConfigurationManager { [$"ApiKeys:{path}"] = "7" };

        var start = () => TestApi.StartAsync(
            services: builder => builder.Services.AddHirePandaApiKeys(configuration.GetSection("ApiKeys")));

        await start.Should().ThrowAsync<InvalidOperationException>().WithMessage($"ApiKeys:{path} is '7'*set ApiKeys:{path}:0*");
    }

    [Fact]
    public async Task Configuration_OfTwoLayers_ReplacesTheListOfTheFirst()
    {
        var first = new ConfigurationManager { ["HeaderNames:0"] = "X-First", ["Alerts:ExpiryDays:0"] = "60" };
        var second = new ConfigurationManager { ["HeaderNames:0"] = "X-Second" };

        await using var api = await TestApi.StartAsync(services: builder =>
        {
            builder.Services.AddHirePandaApiKeys(first);
            builder.Services.AddHirePandaApiKeys(second);
        });

        Options(api).HeaderNames.Should().Equal("X-Second");
        Options(api).Alerts.ExpiryDays.Should().Equal(60);
    }

    /// <summary>Starts a host whose code sets lists before the configuration does.</summary>
    private static Task<TestApi> StartAsync(string json)
    {
        var configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
        return TestApi.StartAsync(
            options =>
            {
                options.HeaderNames = ["X-Code"];
                (options.Hashing.Pepper, options.Hashing.PreviousPeppers) = (new string('z', 40), [_pepper]);
            },
            builder => builder.Services.AddHirePandaApiKeys(configuration));
    }

    private static ApiKeyOptions Options(TestApi api)
        => api.Services.GetRequiredService<IOptionsMonitor<ApiKeyOptions>>().Get(ApiKeyDefaults.AuthenticationScheme);
}
