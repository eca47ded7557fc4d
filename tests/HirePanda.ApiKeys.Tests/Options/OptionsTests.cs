using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Options at start, and when their configuration changes.</summary>
public sealed class OptionsTests
{
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

    [Theory]
    [InlineData("09:00:00")]
    [InlineData("abc")]
    public async Task Configuration_ChangesToSomethingBad_KeepsTheLastValidOptionsAndSaysSo(string value)
    {
        var configuration = new ConfigurationManager
        {
            ["DefaultRateLimit:Permits"] = "7",
            ["DefaultRateLimit:Window"] = "00:01:00",
        };
        await using var api = await TestApi.StartAsync(services: builder => builder.Services.AddHirePandaApiKeys(configuration));
        var secret = api.Secret();

        configuration["Cache:Lifetime"] = value;
        ((IConfigurationRoot)configuration).Reload();
        using var response = await api.GetAsync("/read", secret);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Header("RateLimit-Policy").Should().Be("\"default\";q=7;w=60");
        api.Logs.Ours.Should().Contain(entry => entry.Level == LogLevel.Error && entry.Text.Contains("Cache:Lifetime"));
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
        var configuration = new ConfigurationManager { ["Cache:Lifetime"] = "01:00:00" };

        var start = () => TestApi.StartAsync(services: builder => builder.Services.AddHirePandaApiKeys(configuration));

        await start.Should().ThrowAsync<OptionsValidationException>().WithMessage("*Cache:Lifetime*");
    }

    private sealed class FindsOnly : IApiKeyStore
    {
        public ValueTask<ApiKey?> FindByHashAsync(IReadOnlyList<ApiKeyHash> hashes, CancellationToken cancellationToken)
            => default;
    }
}
