
namespace HirePanda.ApiKeys.Tests;

public sealed class LastUsedTests
{
    [Fact]
    public async Task Use_OfAKey_IsStoredOnceAMinuteWithItsLatestTime()
    {
        await using var api = await ManagementApi.StartAsync();
        var (key, secret) = api.Issue();
        for (var second = 0; second < 59; second++)
        {
            (await api.StatusAsync(secret)).Should().Be(System.Net.HttpStatusCode.OK);
            api.Time.Advance(TimeSpan.FromSeconds(1));
        }

        (await LastUsedAsync(api, key)).Should().BeNull("no request writes");
        api.Time.Advance(TimeSpan.FromSeconds(1));
        await TestApi.Until(() => api.Store.LastUsedWrites == 1);

        (await LastUsedAsync(api, key)).Should().Be(TestApi.Start.AddSeconds(58));
        api.Time.Advance(TimeSpan.FromMinutes(5));
        api.Store.LastUsedWrites.Should().Be(1, "nothing was used since");
    }

    [Fact]
    public async Task Stop_OfTheHost_LosesNoUse()
    {
        await using var api = await ManagementApi.StartAsync();
        var (key, secret) = api.Issue();
        await api.StatusAsync(secret);
        api.Time.Advance(TimeSpan.FromSeconds(7));
        await api.StatusAsync(secret);

        using var over = new CancellationTokenSource();
        await over.CancelAsync();
        await StopAsync(api, over.Token);

        (await LastUsedAsync(api, key)).Should().Be(TestApi.Start.AddSeconds(7), "the last batch has its own time");
    }

    [Fact]
    public async Task Store_ThatFails_IsWrittenLater()
    {
        await using var api = await ManagementApi.StartAsync();
        var (key, secret) = api.Issue();
        await api.StatusAsync(secret);
        api.Store.BeforeManagement = () => throw new InvalidOperationException("away");
        api.Time.Advance(TimeSpan.FromMinutes(1));
        await TestApi.Until(() => api.Logs.Ours.Any(entry => entry.Text.Contains("could not be stored")));
        api.Store.BeforeManagement = () => { };

        api.Time.Advance(TimeSpan.FromMinutes(1));
        await TestApi.Until(() => api.Store.LastUsedWrites == 1);

        (await LastUsedAsync(api, key)).Should().Be(TestApi.Start);
    }

    [Fact]
    public async Task Refusal_DoesNotCountAsUse()
    {
        await using var api = await ManagementApi.StartAsync();
        var (key, secret) = api.Issue(
            new CreateApiKeyRequest { Name = "Listed", Type = ApiKeyTypes.Production, AllowedNetworks = ["10.0.0.0/8"] });
        await api.StatusAsync(secret);

        await StopAsync(api, TestContext.Current.CancellationToken);

        (await LastUsedAsync(api, key)).Should().BeNull();
    }

    private static async Task<DateTimeOffset?> LastUsedAsync(TestApi api, ApiKey key)
        => (await api.Store.GetKeyAsync(key.Workspace, key.Id, TestContext.Current.CancellationToken))!.LastUsedAt;

    private static Task StopAsync(TestApi api, CancellationToken cancellationToken)
        => api.Services.Jobs().StopAsync(cancellationToken);
}
