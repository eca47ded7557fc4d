using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys.Tests;

public sealed class OptionsTests
{
    public static TheoryData<string, Action<ApiKeyOptions>> Bad => new()
    {
        { "Brand", options => options.Brand = "Hire Panda" },
        { "Brand", options => options.Brand = "" },
        { "Brand", options => options.Brand = "seventeencharacte" },
        { "HeaderName", options => options.HeaderName = "X API Key" },
        { "HeaderName", options => options.HeaderName = "" },
        { "HeaderName", options => options.HeaderName = "authorization" },
        { "Catalog:Tiers:3:Name", options => options.Catalog.Tiers.Add(new ApiKeyTier()) },
        { "PolicyPrefix", options => options.PolicyPrefix = "with space" },
        { "PolicyPrefix", options => options.PolicyPrefix = new string('x', 101) },
        { "Pepper", options => options.Pepper = "short" },
        { "PreviousPeppers", options => options.PreviousPeppers.Add(new string('x', 40)) },
        { "PreviousPeppers", options =>
            {
                options.Pepper = new string('x', 40);
                options.PreviousPeppers.Add("short");
            }
        },
        { "at most 3 ways", options =>
            {
                options.Pepper = new string('x', 40);
                options.PreviousPeppers.Add(new string('y', 40));
                options.PreviousPeppers.Add(new string('z', 40));
                options.AcceptUnpepperedHashes = true;
            }
        },
        { "DefaultRateLimit", options => options.DefaultRateLimit = new RateLimit(0, TimeSpan.FromSeconds(60)) },
        { "DefaultRateLimit", options => options.DefaultRateLimit = new RateLimit(1, TimeSpan.FromMilliseconds(1500)) },
        { "FailedAttemptsPerMinute", options => options.FailedAttemptsPerMinute = 0 },
        { "CacheLifetime", options => options.CacheLifetime = TimeSpan.FromMinutes(6) },
        { "CacheLifetime", options => options.CacheLifetime = TimeSpan.Zero },
        { "NegativeCacheLifetime", options => options.NegativeCacheLifetime = TimeSpan.FromSeconds(-1) },
        { "CacheCapacity", options => options.CacheCapacity = 0 },
        { "StoreTimeout", options => options.StoreTimeout = TimeSpan.Zero },
        { "MaxStoreReads", options => options.MaxStoreReads = 0 },
        { "NegativeCacheCapacity", options => options.NegativeCacheCapacity = 100_000_001 },
        { "RateLimitAlertShare", options => options.RateLimitAlertShare = double.NaN },
        { "FailedAttemptsAlert", options => options.FailedAttemptsAlert = 1 },
        { "Brand", options => options.Brand = null! },
        { "HeaderName", options => options.HeaderName = "no spaces" },
        { "CountryHeader", options => options.CountryHeader = "no:colon" },
        { "ExpiryAlertDays", options => options.ExpiryAlertDays = [7, 0] },
        { "ExpiryAlertDays", options => options.ExpiryAlertDays = [1001] },
        { "ExpiryAlertDays", options => options.ExpiryAlertDays = null! },
        { "RotationReminder", options => options.RotationReminder = TimeSpan.FromDays(-1) },
        { "RotationReminder", options => options.RotationReminder = TimeSpan.FromDays(3651) },
        { "Catalog:Permissions:0", options => options.Catalog.Permissions.Add("no spaces") },
        { "Catalog:Tiers:0:Name*two tiers", options => options.Catalog.Permissions.Add("read") },
        { "Catalog:Tiers:2:GrantsEverything", options => options.Catalog.AddTier("owner") },
        { "Catalog:Types is empty", options => options.Catalog.Types.Clear() },
        { "Catalog:Types:4:Prefix*two types", options => options.Catalog.AddType("other", "live") },
        { "Catalog:Types:4:Name*two types", options => options.Catalog.AddType("CI", "other") },
        { "Catalog:Types:4:Name", options => options.Catalog.Types.Add(new ApiKeyType { Prefix = "x" }) },
        { "Catalog:Types:4:Prefix", options => options.Catalog.AddType("other", "NOT_OK") },
        { "Catalog:Types:4:DefaultTier*nope", options => options.Catalog.AddType("other", "x").DefaultTier = "nope" },
        { "Catalog:Types:4:DefaultPermissions:0*nope", options => options.Catalog.AddType("other", "x").DefaultPermissions = ["nope"] },
        { "Catalog:Types:4:RateLimit", options => options.Catalog.AddType("other", "x").RateLimit = default(RateLimit) },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task Start_BadOption_StopsTheHostAndNamesIt(string named, Action<ApiKeyOptions> configure)
    {
        var start = () => TestApi.StartAsync(configure);

        await start.Should().ThrowAsync<OptionsValidationException>().WithMessage($"*{named}*");
    }

    [Fact]
    public async Task Start_OptionsAtTheEdgesOfTheirRanges_AreGood()
    {
        await using var api = await TestApi.StartAsync(options =>
        {
            (options.Brand, options.CountryHeader, options.ExpiryAlertDays) = (new string('x', 16), "", []);
            (options.FailedAttemptsPerMinute, options.FailedAttemptsAlert, options.RateLimitAlertShare) = (RateLimit.MaxPermits, 10_000, 1);
            (options.CacheLifetime, options.NegativeCacheLifetime) = (TimeSpan.FromMinutes(5), TimeSpan.Zero);
        });

        (await api.StatusAsync(api.Secret())).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Start_NoStore_WarnsOnceAndAnswersEveryKey503()
    {
        await using var api = await TestApi.StartAsync(withStore: false, app: app => app.MapHirePandaApiKeys("/api-keys"));

        for (var i = 0; i < 3; i++)
        {
            using var response = await api.GetAsync("/api-keys", api.UnknownSecret());
            response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        }

        api.Logs.Ours.Should().ContainSingle(entry => entry.Level == LogLevel.Warning && entry.Text.Contains("AddStore"));
    }

    [Fact]
    public async Task Start_ManagementOverAStoreThatOnlyFinds_StopsTheHostAndNamesTheCall()
    {
        var start = () => TestApi.StartAsync(
            withStore: false,
            services: builder => builder.Services.AddHirePandaApiKeys().AddStore<FindsOnly>(),
            app: app => app.MapHirePandaApiKeys("/api-keys"));

        await start.Should().ThrowAsync<InvalidOperationException>().WithMessage("*IApiKeyManagementStore*AddStore<T>()*");
    }

    [Fact]
    public void Map_WithoutTheServices_NamesTheCall()
    {
        var app = WebApplication.CreateBuilder().Build();

        var map = () => app.MapHirePandaApiKeys("/api-keys");

        map.Should().Throw<InvalidOperationException>().WithMessage("*AddHirePandaApiKeys()*");
    }

    [Fact]
    public async Task Configuration_BindsOptionsAndItsChangesHoldForTheNextRequest()
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Brand"] = "acme",
            ["HeaderName"] = "X-Key",
            ["CacheLifetime"] = "00:01:00",
            ["DefaultRateLimit:Permits"] = "7",
            ["DefaultRateLimit:Window"] = "00:00:10",
            ["ExpiryAlertDays:0"] = "60",
            ["RotationReminder"] = "30.00:00:00",
            ["PreviousPeppers:0"] = new string('y', 40),
            ["Pepper"] = new string('x', 40),
        });
        await using var api = await TestApi.StartAsync(services: builder => builder.Services.AddHirePandaApiKeys(configuration));
        var secret = api.Secret();

        secret.Should().StartWith("acme_live_");
        using var first = await api.GetAsync("/read", secret);
        configuration["DefaultRateLimit:Permits"] = "9";
        ((IConfigurationRoot)configuration).Reload();
        using var second = await api.GetAsync("/read", secret);

        first.Header("RateLimit-Policy").Should().Be("\"default\";q=7;w=10");
        second.Header("RateLimit-Policy").Should().Be("\"default\";q=9;w=10");
        var options = api.Services.GetRequiredService<IOptionsMonitor<ApiKeyOptions>>().Get(ApiKeyDefaults.AuthenticationScheme);
        options.HeaderName.Should().Be("X-Key");
        options.CacheLifetime.Should().Be(TimeSpan.FromMinutes(1));
        options.PreviousPeppers.Should().ContainSingle();
        options.ExpiryAlertDays.Should().Contain(60);
        options.RotationReminder.Should().Be(TimeSpan.FromDays(30));
    }

    [Theory]
    [InlineData("09:00:00")]
    [InlineData("abc")]
    public async Task Configuration_ChangesToSomethingBad_KeepsTheLastValidOptionsAndSaysSo(string value)
    {
        var configuration = new ConfigurationManager { ["DefaultRateLimit:Permits"] = "7", ["DefaultRateLimit:Window"] = "00:01:00" };
        await using var api = await TestApi.StartAsync(services: builder => builder.Services.AddHirePandaApiKeys(configuration));
        var secret = api.Secret();

        configuration["CacheLifetime"] = value;
        ((IConfigurationRoot)configuration).Reload();
        using var response = await api.GetAsync("/read", secret);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Header("RateLimit-Policy").Should().Be("\"default\";q=7;w=60");
        api.Logs.Ours.Should().Contain(entry => entry.Level == LogLevel.Error && entry.Text.Contains("CacheLifetime"));
    }

    [Fact]
    public async Task Configuration_ChangesWhileTheStoreIsDown_LosesNoCachedKey()
    {
        var configuration = new ConfigurationManager();
        await using var api = await TestApi.StartAsync(services: builder => builder.Services.AddHirePandaApiKeys(configuration));
        var secret = api.Secret();
        (await api.GetAsync("/read", secret)).Dispose();
        api.Store.BeforeRead = _ => throw new InvalidOperationException();

        ((IConfigurationRoot)configuration).Reload();
        using var response = await api.GetAsync("/read", secret);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Configuration_ChangesTheTiers_GivesNobodyMore()
    {
        var withGuest = false;
        var configuration = new ConfigurationManager();
        await using var api = await TestApi.StartAsync(
            options =>
            {
                if (withGuest)
                {
                    options.Catalog.Tiers.Insert(0, new ApiKeyTier { Name = "guest", Permissions = { "zoo:visit" } });
                }
            },
            builder => builder.Services.AddHirePandaApiKeys(configuration));
        var secret = api.Secret("read");
        (await api.GetAsync("/read", secret)).Dispose();
        (await api.SendAsync(HttpMethod.Post, "/write", secret)).StatusCode.Should().Be(HttpStatusCode.Forbidden);

        withGuest = true;
        ((IConfigurationRoot)configuration).Reload();
        var guest = api.Secret("guest");

        (await api.GetAsync("/read", secret)).StatusCode.Should().Be(HttpStatusCode.OK);
        (await api.SendAsync(HttpMethod.Post, "/write", secret)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await api.GetAsync("/read", guest)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Configuration_ThatIsBad_StopsTheHost()
    {
        var configuration = new ConfigurationManager { ["CacheLifetime"] = "01:00:00" };

        var start = () => TestApi.StartAsync(services: builder => builder.Services.AddHirePandaApiKeys(configuration));

        await start.Should().ThrowAsync<OptionsValidationException>().WithMessage("*CacheLifetime*");
    }

    private sealed class FindsOnly : IApiKeyStore
    {
        public ValueTask<ApiKey?> FindByHashAsync(IReadOnlyList<ApiKeyHash> hashes, CancellationToken cancellationToken) => default;
    }
}
