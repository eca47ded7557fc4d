using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Alerts that nobody has acknowledged.</summary>
public sealed class OpenAlertTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Alerts_OpenOnly_LeavesOutWhatIsAcknowledgedAndCounts()
    {
        await using var api = await AlertApi.StartAsync();
        var admin = api.Secret();
        foreach (var cause in new[] { "a", "b", "c", "d" })
        {
            api.Time.Advance(TimeSpan.FromSeconds(1));
            await api.RaiseAsync(cause, message: cause);
        }

        await api.RaiseAsync("foreign", workspace: "other");
        await api.PostAsync($"/alerts/{(await api.AlertsAsync(admin))[1].Text("id")}/acknowledge", admin);

        var page = await JsonAsync(api, admin, "?open=true&limit=2");
        page.EnumerateObject().Select(member => member.Name).Should().Equal("items", "nextCursor", "openCount");
        page.GetProperty("openCount").GetInt32().Should().Be(3);
        Messages(page).Should().Equal("d", "b");
        var rest = await JsonAsync(api, admin, $"?open=TRUE&limit=2&cursor={page.Text("nextCursor")}");
        Messages(rest).Should().Equal("a");
        rest.GetProperty("openCount").GetInt32().Should().Be(3);

        foreach (var query in new[] { "", "?open=false" })
        {
            var all = await JsonAsync(api, admin, query);
            all.EnumerateObject().Select(member => member.Name).Should().Equal("items", "nextCursor");
            Messages(all).Should().Equal("d", "c", "b", "a");
        }
    }

    [Fact]
    public async Task Alerts_OpenThatIsNoFlag_IsRefusedByItsField()
    {
        await using var api = await AlertApi.StartAsync();

        using var response = await api.GetAsync(AlertApi.Alerts + "?open=yes", api.Secret());

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.FieldsAsync()).Should().Equal("open");
    }

    [Fact]
    public async Task Alerts_ManyOpenOnes_AreCountedUpToAThousand()
    {
        await using var api = await AlertApi.StartAsync();
        for (var i = 0; i < 1001; i++)
        {
            await api.Store.AddAlertAsync(
                new ApiKeyAlert
                {
                    Id = $"{i}",
                    Workspace = TestApi.Workspace,
                    Kind = ApiKeyAlertKinds.RotationDue,
                    DeduplicationKey = $"{i}",
                    Message = "x",
                    RaisedAt = TestApi.Start,
                },
                [],
                Token);
        }

        (await JsonAsync(api, api.Secret(), "?open=true&limit=1")).GetProperty("openCount").GetInt32().Should().Be(1000);
    }

    [Fact]
    public async Task CountOpen_InCode_IsOfTheActorsWorkspaceAndNotForBoundOnes()
    {
        await using var api = await AlertApi.StartAsync();
        await api.RaiseAsync("a");
        await using var scope = api.Services.CreateAsyncScope();
        var manager = scope.ServiceProvider.GetRequiredService<ApiKeyAlertManager>();
        var actor = new ApiKeyActor { Id = "ann", Workspace = TestApi.Workspace };

        (await manager.CountOpenAlertsAsync(actor, Token)).Value.Should().Be(1);
        (await manager.CountOpenAlertsAsync(actor with { Workspace = "other" }, Token)).Value.Should().Be(0);
        (await manager.CountOpenAlertsAsync(actor with { OwnerId = "ann" }, Token)).Failure!.Kind
            .Should().Be(ApiKeyFailureKind.Forbidden);
    }

    private static async Task<JsonElement> JsonAsync(TestApi api, string secret, string query)
    {
        using var response = await api.GetAsync(AlertApi.Alerts + query, secret);
        response.StatusCode.Should().Be(HttpStatusCode.OK, await response.TextAsync());
        return await response.JsonAsync();
    }

    private static IEnumerable<string> Messages(JsonElement page)
        => page.GetProperty("items").EnumerateArray().Select(alert => alert.Text("message"));
}
