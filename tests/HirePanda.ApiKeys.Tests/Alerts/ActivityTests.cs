using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Unusual activity of a key, by traffic and by country.</summary>
public sealed class ActivityTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(1, true)]
    public async Task Traffic_AndANewCountryWithinMinutes_AreTwoAlerts(int minutesBetween, bool countryFirst)
    {
        await using var api = await AlertApi.StartAsync(options => options.Usage.CountryHeaderName = "X-Country");
        var (admin, (key, secret)) = (api.Secret(), api.Issue());
        for (var day = 0; day < 4; day++)
        {
            await UseAsync(api, secret, "DE", 20);
            await FlushAsync(api);
            api.Time.Advance(TimeSpan.FromDays(1));
        }

        foreach (var (country, requests) in countryFirst ? new[] { ("BR", 1), ("DE", 400) } : [("DE", 400), ("BR", 1)])
        {
            await UseAsync(api, secret, country, requests);
            if (minutesBetween > 0)
            {
                await FlushAsync(api);
                api.Time.Advance(TimeSpan.FromMinutes(minutesBetween));
            }
        }

        await FlushAsync(api);

        var alerts = await api.ItemsAsync(AlertApi.Alerts, admin);
        alerts.Should().HaveCount(2)
            .And.OnlyContain(alert => alert.Text("kind") == "unusual_activity" && alert.Text("keyId") == key.Id);
        alerts.Should().ContainSingle(alert => alert.GetProperty("data").GetRawText() == """{"country":"BR"}""");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NewCountry_WhileTheStoreFails_FiresLater(bool canBeRead)
    {
        await using var api = await AlertApi.StartAsync(options => options.Usage.CountryHeaderName = "X-Country");
        var (admin, secret) = (api.Secret(), api.Secret());
        for (var day = 0; day < 4; day++)
        {
            await UseAsync(api, secret, "DE", 20);
            await FlushAsync(api);
            api.Time.Advance(TimeSpan.FromDays(1));
        }

        api.Store.BeforeAlerts = () => throw new InvalidOperationException("away");
        api.Store.BeforeSum = canBeRead ? () => { } : api.Store.BeforeAlerts;
        await UseAsync(api, secret, "DE", 400);
        await UseAsync(api, secret, "BR", 1);
        await FlushAsync(api);
        api.Store.BeforeSum = api.Store.BeforeAlerts = () => { };
        await FlushAsync(api);

        (await api.ItemsAsync(AlertApi.Alerts, admin)).Should().HaveCount(2);
    }

    private static async Task UseAsync(TestApi api, string secret, string country, int requests)
    {
        for (var i = 0; i < requests; i++)
        {
            using var response = await api.SendAsync(
                HttpMethod.Get, "/read", secret, change: request => request.Headers.Add("X-Country", country));
            response.StatusCode.Should().Be(HttpStatusCode.OK);
        }
    }

    private static async Task FlushAsync(TestApi api)
    {
        await api.QuietAsync();
        (await api.Services.GetRequiredService<UsageFlusher>().TryRunAsync(Token)).Should().BeTrue();
        await api.Services.GetRequiredService<ActivityWatch>().TryRunAsync(Token);
    }
}
