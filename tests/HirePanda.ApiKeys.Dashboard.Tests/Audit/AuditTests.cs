using System.Net;
using System.Text.Json;

namespace HirePanda.ApiKeys.Dashboard.Tests.Audit;

/// <summary>The audit log.</summary>
public sealed class AuditTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Show_Change_HasWhoWhatKeyFromWhereAndTheDifferenceAsText()
    {
        await using var host = await DashboardHost.StartAsync();
        var key = await host.CreateKeyAsync("<b>name</b>");
        await AddAsync(
            host, new() { Action = "key.update", KeyId = key.Key.Id, Before = Json("old"), After = Json("<u>new</u>") });

        var (status, html) = await host.GetAsync("/audit");

        status.Should().Be(HttpStatusCode.OK);
        html.Should().Contain("Changed a key").And.Contain("eve").And.Contain("198.51.100.1")
            .And.MatchRegex(Change("Name", "old", "&lt;u&gt;new&lt;/u&gt;"))
            .And.MatchRegex(Change("Allowed networks", "none", "192.0.2.7, 192.0.2.8"))
            .And.Contain($"<a href=\"/dashboard/keys/{key.Key.Id}\">&lt;b&gt;name&lt;/b&gt;</a>")
            .And.NotContain("Version").And.NotContain("<u>new").And.NotContain("<b>name");

        static string Change(string name, string before, string after)
            => $"<strong>{name}</strong>:\\s*<del>{before}</del>\\s*<span> → </span>\\s*<ins>{after}</ins>";

        static JsonElement Json(string name) => JsonSerializer.SerializeToElement(new
        {
            name,
            version = name.Length,
            allowedNetworks = name == "old" ? [] : new[] { "192.0.2.7", "192.0.2.8" },
        });
    }

    [Theory]
    [InlineData("action=key.find.refused", "Refused: Found a key by its secret")]
    [InlineData("actor=mallory", "Revoked a key")]
    [InlineData("key=k2", "Rotated a key")]
    [InlineData("from=2026-11-20&to=2026-11-20", "my.own.action")]
    public async Task Show_Filter_ListsWhatMatches(string query, string expected)
    {
        await using var host = await DashboardHost.StartAsync();
        await AddAsync(host, new() { Action = "key.find.refused" });
        await AddAsync(host, new() { Action = "key.revoke", Actor = "mallory" });
        await AddAsync(host, new() { Action = "key.rotate", KeyId = "k2" });
        await AddAsync(host, new() { Action = "my.own.action", At = new(2026, 11, 20, 23, 59, 0, TimeSpan.Zero) });

        var (_, html) = await host.GetAsync("/audit?" + query);

        var rows = html[html.IndexOf("<tbody>", StringComparison.Ordinal)..];
        rows.Should().Contain(expected);
        rows.Split("<tr>").Should().HaveCount(2);
        html.Should().Contain($"href=\"/dashboard/audit/export?{query.Replace("&", "&amp;", StringComparison.Ordinal)}\"");
    }

    [Theory]
    [InlineData("/audit?from=yesterday", "value=\"yesterday\"")]
    [InlineData("/audit?from=2026-11-21&to=2026-11-20", "value=\"2026-11-21\"")]
    [InlineData("/audit/export?to=2026-13-01", "value=\"2026-13-01\"")]
    public async Task Show_WrongDay_IsUnprocessableWithItsInput(string path, string expected)
    {
        await using var host = await DashboardHost.StartAsync();

        var (status, html) = await host.GetAsync(path);

        status.Should().Be(HttpStatusCode.UnprocessableEntity);
        html.Should().Contain("<title>Error: Audit log").And.Contain(expected).And.Contain("aria-invalid=\"true\"");
    }

    [Fact]
    public async Task Export_Formulas_AreText()
    {
        await using var host = await DashboardHost.StartAsync();
        await AddAsync(host, new() { Action = "=1+1", Actor = "a,\"b\"" });

        using var visitor = host.Visit();
        using var response = await visitor.GetAsync("/dashboard/audit/export");

        response.Content.Headers.ContentType!.MediaType.Should().Be("text/csv");
        response.Content.Headers.ContentDisposition!.FileName!.Trim('"').Should().Be("audit-log.csv");
        (await response.Content.ReadAsStringAsync(Token)).Should().Be(
            "Time (UTC),Actor,Action,Key,Address,Changes\r\n"
            + "2026-11-24T12:00:00Z,\"a,\"\"b\"\"\",'=1+1,,198.51.100.1,\r\n");
    }

    [Fact]
    public async Task Export_MoreThanAPage_HasThemAll()
    {
        await using var host = await DashboardHost.StartAsync();
        for (var entry = 0; entry < 450; entry++)
        {
            await AddAsync(host, new() { Action = $"action{entry}" });
        }

        var (_, csv) = await host.GetAsync("/audit/export");

        csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Should().HaveCount(451);
    }

    [Fact]
    public async Task Show_AnotherWorkspace_SeesNothing()
    {
        await using var host = await DashboardHost.StartAsync();
        await AddAsync(host, new() { Action = "my.own.action" });

        (await host.GetAsync("/audit", People.Other)).Html.Should().Contain("Nothing has happened yet");
        (await host.GetAsync("/audit/export", People.Other)).Html.Should().NotContain("my.own.action");
        (await host.GetAsync("/audit/export", People.Ada)).Status.Should().Be(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("=", "'=")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@a", "'@a")]
    [InlineData("\tx", "'\tx")]
    [InlineData("a\nb", "\"a\nb\"")]
    [InlineData("=\"a\"", "\"'=\"\"a\"\"\"")]
    [InlineData("1-1", "1-1")]
    public void Write_Cell_IsQuotedAndNoFormula(string cell, string expected)
        => Csv.Write(["h"], [[cell]]).Should().Be($"h\r\n{expected}\r\n");

    private static Task<ApiKeySaveResult> AddAsync(DashboardHost host, Draft draft)
        => host.Store.SaveAsync(
            new ApiKeyChangeSet
            {
                Audit =
                [
                    new()
                    {
                        Id = Guid.NewGuid().ToString("N"),
                        Workspace = People.Workspace,
                        At = draft.At,
                        Actor = draft.Actor,
                        Action = draft.Action,
                        KeyId = draft.KeyId,
                        Before = draft.Before,
                        After = draft.After,
                        Address = "198.51.100.1",
                    },
                ],
            },
            Token).AsTask();

    private sealed record Draft
    {
        public required string Action { get; init; }
        public string Actor { get; init; } = "eve";
        public string? KeyId { get; init; }
        public DateTimeOffset At { get; init; } = DashboardHost.Start;
        public JsonElement? Before { get; init; }
        public JsonElement? After { get; init; }
    }
}
