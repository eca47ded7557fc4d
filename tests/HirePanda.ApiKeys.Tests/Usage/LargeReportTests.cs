using System.Net;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Reports of workspaces with many keys.</summary>
public sealed class LargeReportTests
{
    private const string Usage = ManagementApi.Keys + "/usage";

    [Fact]
    public async Task Report_OfManyKeys_ReadsAHundredSumsAndTheirNamesAndNoKeys()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var keys = Enumerable.Range(0, 150)
            .Select(i => api.Issue(new CreateApiKeyRequest { Type = ApiKeyTypes.Production, Name = $"Key {i}" }).Key).ToList();
        ApiKeyUsageGranularity[] levels =
        [
            ApiKeyUsageGranularity.Minute, ApiKeyUsageGranularity.Hour, ApiKeyUsageGranularity.Day
        ];
        var rows = keys.SelectMany((key, i) => levels.Select(level =>
            new ApiKeyUsageRow
            {
                Slot = new()
                {
                    Workspace = TestApi.Workspace,
                    KeyId = "",
                    Granularity = level,
                    At = UsageTime.Floor(TestApi.Start, level),
                    Dimension = ApiKeyUsageDimension.Key,
                    Name = key.Id,
                },
                Requests = 1000 - i,
            }));
        var batch = new ApiKeyUsageBatch { Id = "1", At = TestApi.Start, Rows = [.. rows] };
        await api.Store.SaveUsageAsync(batch, TestContext.Current.CancellationToken);
        var before = api.Store.KeyReads;

        using var response = await api.GetAsync(Usage, secret);

        var byKey = (await response.JsonAsync()).GetProperty("byKey").EnumerateArray().ToList();
        byKey.Select(key => (key.Text("keyId"), key.Text("name")))
            .Should().Equal(keys.Take(100).Select(key => (key.Id, key.Name)));
        api.Store.TopLimits.Should().Equal(100);
        api.Store.NamesRead.Should().Equal(100);
        api.Store.KeyReads.Should().Be(before);
    }

    [Fact]
    public async Task Report_ThatTakesTooLong_EndsWith503()
    {
        await using var api = await ManagementApi.StartAsync();
        var sums = 0;
        api.Store.BeforeSum = () =>
        {
            sums++;
            api.Time.Advance(TimeSpan.FromSeconds(31));
        };

        using var response = await api.GetAsync(Usage, api.Secret());

        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await response.CodeAsync()).Should().Be("service_unavailable");
        sums.Should().Be(1, "nothing waits for the rest");
    }
}
