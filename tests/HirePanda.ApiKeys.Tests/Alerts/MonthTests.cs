using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The accuracy of alerts about unusual activity.</summary>
public sealed class MonthTests(ITestOutputHelper output)
{
    private const string Operator = "operator";
    private static readonly DateTimeOffset _start = new(2026, 11, 2, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Alerts_OverAMonthOfTrafficWithTwentyAnomalies_FindEighteenWithAtMostTwoFalseAlarms()
    {
        var token = TestContext.Current.CancellationToken;
        var time = new FakeTimeProvider(_start);
        var services = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(time);
        services.AddHirePandaApiKeys(options => options.FailedAttempts.OperatorWorkspace = Operator).AddInMemoryStore();
        await using var provider = services.BuildServiceProvider();
        var (watch, activity) = (provider.GetRequiredService<AlertWatch>(), provider.GetRequiredService<ActivityWatch>());
        var (activities, flusher, failures) = (
            provider.GetRequiredService<KeyActivities>(),
            provider.GetRequiredService<UsageFlusher>(),
            provider.GetRequiredService<FailedAttempts>());
        var keys = Enumerable.Range(0, 30)
            .Select(
                i => provider.GetRequiredService<ApiKeyIssuer>()
                    .Issue($"workspace-{i % 3}", new CreateApiKeyRequest { Name = $"Key {i}", Type = ApiKeyTypes.Production })
                    .Key).ToList();
        var month = new Month(keys);

        for (var hour = 0; hour < Month.Hours; hour++)
        {
            var begin = _start.AddHours(hour);
            foreach (var (second, client, key) in month.Failures(hour))
            {
                time.SetUtcNow(begin.AddSeconds(second));
                failures.Count(IPAddress.Parse(client), key, time.GetUtcNow().UtcTicks);
            }

            time.SetUtcNow(begin.AddMinutes(59.5));
            foreach (var (key, country, requests) in month.Traffic(hour))
            {
                var cell = new UsageCell(1, 200, UsageCell.CountryNumber(country), 100);
                for (var i = 0; i < requests; i++)
                {
                    activities.Get(key, 0).Count(cell, UsageTime.Minute(time.GetUtcNow().UtcTicks));
                }
            }

            (await flusher.TryRunAsync(token)).Should().BeTrue();
            (await watch.TryRunAsync(token)).Should().BeTrue();
            (await activity.TryRunAsync(token)).Should().BeTrue();
        }

        await watch.StopAsync(token);
        var alerts = new List<ApiKeyAlert>();
        foreach (var workspace in keys.Select(key => key.Workspace).Distinct().Append(Operator))
        {
            alerts.AddRange(
                await provider.GetRequiredService<InMemoryApiKeyStore>().ListAlertsAsync(workspace, null, 1000, token));
        }

        var planted = month.Bursts.Select(
            burst => $"unusual_activity:{burst.Key.Id}:traffic:{_start.AddHours(burst.Hour):yyyy-MM-dd}")
            .Concat(month.Countries.Select(country => $"unusual_activity:{country.Key.Id}:country:{country.Country}"))
            .Concat(
                month.Stuffings.Select(
                    stuffing => $"failed_authentication:{stuffing.Key?.Workspace ?? Operator}:{stuffing.Client}:"
                        + $"{stuffing.Key?.Id}:{_start.AddHours(stuffing.Hour):yyyy-MM-dd}"))
            .ToHashSet();
        planted.Should().HaveCount(20);
        var raised = alerts.Select(alert => alert.DeduplicationKey).ToHashSet();
        foreach (
            var line in planted.Except(raised).Select(cause => $"missed {cause}")
                .Concat(raised.Except(planted).Select(cause => $"false {cause}")))
        {
            output.WriteLine(line);
        }

        planted.Intersect(raised).Should().HaveCountGreaterThanOrEqualTo(18);
        raised.Except(planted).Should().HaveCountLessThanOrEqualTo(2);
    }
}
