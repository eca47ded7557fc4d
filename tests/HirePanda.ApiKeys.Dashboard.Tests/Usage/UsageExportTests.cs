using System.Net;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>The file with the usage.</summary>
public sealed class UsageExportTests
{
    [Fact]
    public async Task File_HasARowForEverything()
    {
        await using var host = await UsageApi.StartAsync();
        var (key, secret) = await host.IssueAsync(tier: "write");
        await host.SendAsync(secret, "GET /jobs/1", 3);
        await host.SendAsync(secret, "POST /jobs", 2);

        var file = await host.GetAsync("/usage/export?from=2026-11-24");

        file.Status.Should().Be(HttpStatusCode.OK);
        file.ContentType.Should().Be("text/csv; charset=utf-8");
        var lines = file.Html.Split("\r\n");
        lines[0].Should().Be("dimension,name,key_id,from,to,requests,errors,requests_below_400,requests_4xx,requests_5xx,"
            + "p50_ms,p95_ms,p99_ms");
        lines[1].Should().StartWith("total,,,2026-11-24T00:00:00Z,2026-11-24T12:30:00Z,5,2,3,2,0,");
        lines.Should().Contain("time,,,2026-11-24T12:00:00Z,2026-11-24T13:00:00Z,5,2,3,2,0,,,")
            .And.Contain(line => line.StartsWith("endpoint,GET /jobs/{id},,2026-11-24T00:00:00Z,2026-11-24T12:30:00Z,3,0,,,,"))
            .And.Contain("status,422,,2026-11-24T00:00:00Z,2026-11-24T12:30:00Z,2,,,,,,,")
            .And.Contain("country,DE,,2026-11-24T00:00:00Z,2026-11-24T12:30:00Z,5,,,,,,,")
            .And.Contain($"key,checkout,{key.Id},2026-11-24T00:00:00Z,2026-11-24T12:30:00Z,5,2,,,,,,");
        lines[^1].Should().BeEmpty();
    }

    [Theory]
    [InlineData("=HYPERLINK(1)", "'=HYPERLINK(1)")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("a, \"b\"", "\"a, \"\"b\"\"\"")]
    [InlineData("=\"a\"", "\"'=\"\"a\"\"\"")]
    [InlineData("plain =1", "plain =1")]
    public async Task File_WithANameThatASpreadsheetWouldRun_DisarmsIt(string name, string cell)
    {
        await using var host = await UsageApi.StartAsync();
        var (key, secret) = await host.IssueAsync(name);
        await host.SendAsync(secret, "GET /jobs/1");

        var file = await host.GetAsync("/usage/export");

        file.Html.Should().Contain($"\r\nkey,{cell},{key.Id},");
    }

    [Fact]
    public async Task File_OfOneKey_HasNoOther()
    {
        await using var host = await UsageApi.StartAsync();
        var (key, secret) = await host.IssueAsync();
        var (other, another) = await host.IssueAsync("another");
        await host.SendAsync(secret, "GET /jobs/1", 3);
        await host.SendAsync(another, "GET /jobs/1", 5);

        var file = await host.GetAsync($"/usage/export?key={key.Id}");

        file.Html.Should().Contain(key.Id).And.NotContain(other.Id);
        (await host.GetAsync($"/usage/export?key={key.Id}", "other")).Status.Should().Be(HttpStatusCode.NotFound);
        (await host.GetAsync("/usage/export?from=then")).Status.Should().Be(HttpStatusCode.UnprocessableEntity);
    }
}
