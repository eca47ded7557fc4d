using System.Net;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The limits on what a report-only allowlist writes.</summary>
public sealed class AllowlistReportTests
{
    [Fact]
    public async Task ReportOnly_AddressesOfOneClient_AreReportedOnceAndOnlyForRequestsThatPassTheLimit()
    {
        await using var api = await StartAsync();
        var (_, once) = api.Issue(
            new CreateApiKeyRequest
            {
                Name = "x",
                Type = ApiKeyTypes.Production,
                RateLimits = [new RateLimit(1, TimeSpan.FromDays(1))],
            });
        var (key, often) = api.Issue();
        for (var i = 1; i <= 50; i++)
        {
            (await api.GetAsync("/read", often, $"2001:db8:1:2::{i:x}")).Dispose();
            (await api.GetAsync("/read", once, $"198.51.100.{i}")).Dispose();
        }

        Warned(api).Should().HaveCount(2);
        (await ReportsAsync(api, 2)).Select(entry => entry.Address).Should().BeEquivalentTo("2001:db8:1:2::1", "198.51.100.1");
        api.Time.Advance(TimeSpan.FromHours(1));
        (await api.GetAsync("/read", often, "2001:db8:1:2::ffff")).Dispose();
        Warned(api).Should().HaveCount(3, "it is another hour");
        (await ReportsAsync(api, 3)).Select(entry => entry.KeyId).Should().Contain(key.Id);
    }

    [Fact]
    public async Task ReportOnly_MoreClientsThanTheBoundOfAWorkspace_AreNotReportedInThatHour()
    {
        await using var api = await StartAsync();
        var secret = api.Secret();
        for (var i = 0; i < 300; i++)
        {
            (await api.GetAsync("/read", secret, $"198.51.{i / 250}.{i % 250}")).StatusCode.Should().Be(HttpStatusCode.OK);
        }

        Warned(api).Should().HaveCount(AllowlistReports.MaxClients);
        (await ReportsAsync(api, AllowlistReports.MaxClients)).Should().HaveCount(AllowlistReports.MaxClients);
        api.Time.Advance(TimeSpan.FromHours(1));
        (await api.GetAsync("/read", secret, "198.51.100.9")).Dispose();
        Warned(api).Should().HaveCount(AllowlistReports.MaxClients + 1);
    }

    [Fact]
    public async Task ReportOnly_AfterTheClockWasSetBack_GoesOnReporting()
    {
        await using var api = await StartAsync();
        var secret = api.Secret();
        (await api.GetAsync("/read", secret, "198.51.100.1")).Dispose();

        api.Time.AdjustTime(api.Time.GetUtcNow().AddHours(-5));
        (await api.GetAsync("/read", secret, "198.51.100.1")).Dispose();

        Warned(api).Should().HaveCount(2);
    }

    private static async Task<TestApi> StartAsync()
    {
        var api = await TestApi.StartAsync();
        var workspace = new ApiKeyWorkspace
        {
            Id = TestApi.Workspace,
            IsAllowlistEnabled = true,
            IsAllowlistReportOnly = true,
            AllowedNetworks = ["10.0.0.0/8"],
        };
        await api.Store.SaveAsync(new ApiKeyChangeSet { Workspace = workspace }, TestContext.Current.CancellationToken);
        return api;
    }

    private static string[] Warned(TestApi api)
        => [.. api.Logs.Ours.Select(entry => entry.Text).Where(text => text.Contains("would have refused"))];

    private static async Task<IReadOnlyList<ApiKeyAuditEntry>> ReportsAsync(TestApi api, int atLeast)
    {
        IReadOnlyList<ApiKeyAuditEntry> entries = [];
        while (entries.Count < atLeast)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
            entries = await api.Store.ListAuditAsync(TestApi.Workspace, null, 1000, TestContext.Current.CancellationToken);
        }

        return entries;
    }
}
