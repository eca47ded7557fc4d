using System.Globalization;
using Microsoft.Playwright;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>The figures are exactly those of the requests that were sent: on each page, in each table, and in the file.</summary>
public sealed class UsageJourneyTests(Chromium chromium)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Usage_ShowsEveryRequestOnce(bool script)
    {
        await using var host = await DashboardHost.StartAsync(forBrowser: true);
        var (key, secret) = await host.CreateKeyAsync("checkout");
        var (_, other) = await host.CreateKeyAsync("import");
        await SendAsync(host, (secret, "GET /jobs", 7), (secret, "GET /jobs/8", 3), (secret, "POST /jobs", 2));
        host.Time.Advance(TimeSpan.FromHours(1));
        await SendAsync(host, (other, "GET /jobs", 8));
        await using var session = await chromium.OpenAsync(host.Address, script, person: People.Owner);

        await session.Page.GotoAsync("/dashboard/");
        await session.Link("Usage").ClickAsync();
        await ShouldShowAsync(session, requests: 20, errors: 5, "25.0 %", "GET /jobs\t15\t0\t", "GET /jobs/{id}\t3\t3\t");
        (await RowsAsync(session, "Requests by status"))
            .Should().Contain(row => row.StartsWith("404 Not Found\t3\t", StringComparison.Ordinal))
            .And.Contain(row => row.StartsWith("500 Internal Server Error\t2\t", StringComparison.Ordinal));
        (await RowsAsync(session, "Requests by key")).Should().HaveCount(2)
            .And.Contain(row => row.StartsWith("checkout\t12\t5\t", StringComparison.Ordinal))
            .And.Contain(row => row.StartsWith("import\t8\t0\t", StringComparison.Ordinal));
        (await TotalOfFileAsync(host, session)).Should().Be((20, 5));

        await session.Page.GotoAsync("/dashboard/keys/" + key.Id);
        await session.Page.GetByRole(AriaRole.Navigation, new() { Name = "Key", Exact = true }).GetByText("Usage").ClickAsync();
        await ShouldShowAsync(session, requests: 12, errors: 5, "41.7 %", "GET /jobs\t7\t0\t", "GET /jobs/{id}\t3\t3\t");
        (await TotalOfFileAsync(host, session)).Should().Be((12, 5));
        session.ShouldBeClean();
    }

    private static async Task SendAsync(DashboardHost host, params (string Secret, string Endpoint, int Times)[] calls)
    {
        host.Time.Advance(TimeSpan.FromMinutes(10));
        foreach (var (secret, endpoint, times) in calls)
        {
            for (var call = 0; call < times; call++)
            {
                await host.CallAsync(secret, endpoint);
            }
        }

        host.Time.Advance(TimeSpan.FromMinutes(10));
    }

    private static async Task ShouldShowAsync(
        BrowserSession session, int requests, int errors, string rate, params string[] endpoints)
    {
        await session.Page.GetByText("Requests over time").First.WaitForAsync();
        foreach (var summary in await session.Page.GetByText("Show as table").AllAsync())
        {
            await summary.ClickAsync();
        }

        (await TileAsync(session, "Requests")).Should().Be(Text(requests));
        (await TileAsync(session, "Errors")).Should().Be(Text(errors));
        (await TileAsync(session, "Error rate")).Should().Be(rate);
        var series = (await RowsAsync(session, "Requests over time")).Select(row => row.Split('\t')).ToList();
        series.Sum(row => int.Parse(row[1], CultureInfo.InvariantCulture)).Should().Be(requests);
        series.Sum(row => int.Parse(row[3], CultureInfo.InvariantCulture)).Should().Be(3, "that many had status 404");
        series.Sum(row => int.Parse(row[4], CultureInfo.InvariantCulture)).Should().Be(2, "that many had status 500");
        var rows = await RowsAsync(session, "Requests by endpoint");
        foreach (var start in endpoints)
        {
            rows.Should().Contain(row => row.StartsWith(start, StringComparison.Ordinal));
        }
    }

    private static async Task<string> TileAsync(BrowserSession session, string name)
        => (await session.Page.Locator($".tile:has(dt:text-is('{name}')) dd").InnerTextAsync()).Split('\n')[0].Trim();

    /// <summary>Gets the rows of a table as a reader sees them. One that is not open has none.</summary>
    private static async Task<IReadOnlyList<string>> RowsAsync(BrowserSession session, string table)
        => [.. (await session.Get(AriaRole.Region, table + ", table").GetByRole(AriaRole.Row).AllInnerTextsAsync()).Skip(1)];

    private static async Task<(int Requests, int Errors)> TotalOfFileAsync(DashboardHost host, BrowserSession session)
    {
        var path = await session.Link("Download CSV").GetAttributeAsync("href");
        using var client = new HttpClient { BaseAddress = new Uri(host.Address) };
        client.DefaultRequestHeaders.Add(PersonHandler.Field, People.Owner);
        var lines = (await client.GetStringAsync(path, Token)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var header = lines[0].Split(',');
        var total = lines.Single(line => line.Contains("total", StringComparison.Ordinal)).Split(',');
        return (Cell("requests"), Cell("errors"));

        int Cell(string name) => int.Parse(total[Array.IndexOf(header, name)].Trim('"'), CultureInfo.InvariantCulture);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
