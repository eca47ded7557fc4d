using System.Globalization;
using System.Net;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The effect of changed limits, rotation, and a clock that is set back on a family's quota.</summary>
public sealed class LimitChangeTests
{
    [Fact]
    public async Task Patch_ThatTightensStepByStep_GivesNoFreshQuota()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var key = await NewAsync(api, admin, (100, 86_400));
        var admitted = 0;
        for (var permits = 100; permits > 80; permits--)
        {
            await LimitAsync(api, admin, key.Id, (permits, 86_400 + permits));
            admitted += await AdmittedAsync(api, key.Secret, 3);
        }

        (admitted + await AdmittedAsync(api, key.Secret, 150)).Should().BeLessThanOrEqualTo(100);
    }

    [Fact]
    public async Task Patch_CarriesTheUsedShareOver()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var key = await NewAsync(api, admin, (100, 86_400));
        (await AdmittedAsync(api, key.Secret, 30)).Should().Be(30);

        await LimitAsync(api, admin, key.Id, (10, 3600));

        (await AdmittedAsync(api, key.Secret, 20)).Should().Be(7);
    }

    [Fact]
    public async Task Patch_ToAHigherLimit_HelpsAtOnceAndKeepsWhatWasUsed()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var key = await NewAsync(api, admin, (5, 3600));
        (await AdmittedAsync(api, key.Secret, 9)).Should().Be(5);

        await LimitAsync(api, admin, key.Id, (20, 3600));

        (await AdmittedAsync(api, key.Secret, 30)).Should().Be(15);
    }

    [Fact]
    public async Task Patch_ThereAndBack_GivesNoSecondQuota()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var key = await NewAsync(api, admin, (100, 86_400));
        await AdmittedAsync(api, key.Secret, 1);
        await LimitAsync(api, admin, key.Id, (50, 60));
        (await AdmittedAsync(api, key.Secret, 60)).Should().Be(50, "half a permit counts as zero");
        await LimitAsync(api, admin, key.Id, (100, 86_400));
        (await AdmittedAsync(api, key.Secret, 60)).Should().Be(49, "it has counted all 51");

        await LimitAsync(api, admin, key.Id, (50, 60));
        api.Time.Advance(TimeSpan.FromMinutes(2));
        await LimitAsync(api, admin, key.Id, (100, 86_400));

        (await AdmittedAsync(api, key.Secret, 5)).Should().Be(0, "a permit of this limit takes a quarter of an hour");
        api.Time.Advance(TimeSpan.FromDays(1));
        (await AdmittedAsync(api, key.Secret, 150)).Should().Be(100);
    }

    [Fact]
    public async Task Patch_ThroughManyLimits_KeepsCountingInBoundedMemory()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var key = await NewAsync(api, admin, (100, 86_400));
        (await AdmittedAsync(api, key.Secret, 100)).Should().Be(100);
        for (var i = 0; i < 40; i++)
        {
            await LimitAsync(api, admin, key.Id, (10, 60 - i));
            await AdmittedAsync(api, key.Secret, 1);
            api.Time.Advance(TimeSpan.FromSeconds(30));
        }

        await LimitAsync(api, admin, key.Id, (100, 86_400));

        (await AdmittedAsync(api, key.Secret, 150)).Should().BeLessThanOrEqualTo(2, "20 minutes are not a day");
    }

    [Fact]
    public async Task Patch_OfOneOfSeveralLimits_LeavesTheOthersAsTheyAre()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var key = await NewAsync(api, admin, (10, 60), (1000, 86_400));
        (await AdmittedAsync(api, key.Secret, 8)).Should().Be(8);

        await LimitAsync(api, admin, key.Id, (20, 60), (1000, 86_400));
        (await AdmittedAsync(api, key.Secret, 30)).Should().Be(12);
        await LimitAsync(api, admin, key.Id, (20, 60), (500, 86_400));
        api.Time.Advance(TimeSpan.FromMinutes(1));

        (await AdmittedAsync(api, key.Secret, 30)).Should().Be(20, "of the day 20 of 500 are used at most");
    }

    [Fact]
    public async Task Patch_ThatAddsALimitAndDropsTheOld_GivesNoFreshQuota()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var key = await NewAsync(api, admin, (100, 86_400));
        (await AdmittedAsync(api, key.Secret, 100)).Should().Be(100);

        await LimitAsync(api, admin, key.Id, (100, 86_400), (99, 86_400));
        await LimitAsync(api, admin, key.Id, (99, 86_400));

        (await AdmittedAsync(api, key.Secret, 5)).Should().Be(0);
    }

    [Fact]
    public async Task Rotation_WithOtherLimitsForTheSuccessor_GivesTheOldKeyNoSecondQuota()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var old = await NewAsync(api, admin, (5, 600));
        using var allowlist = await api.PatchAsync(old.Id, admin, """{"allowedNetworks":["192.0.2.0/24"]}""");
        allowlist.StatusCode.Should().Be(HttpStatusCode.OK);
        using var rotate = await api.PostAsync($"/{old.Id}/rotate", admin);
        var successor = await rotate.JsonAsync();
        (await AdmittedAsync(api, old.Secret, 2, "203.0.113.1")).Should().Be(0, "it is cached now, with a full bucket");

        await LimitAsync(api, admin, successor.Text("id"), (50, 600));
        (await AdmittedAsync(api, successor.Text("secret"), 3, "192.0.2.1")).Should().Be(3);
        (await AdmittedAsync(api, old.Secret, 10, "192.0.2.1")).Should().Be(2, "they share one quota");
        (await AdmittedAsync(api, successor.Text("secret"), 60, "192.0.2.1")).Should().Be(45);

        // The key is read again.
        api.Time.Advance(TimeSpan.FromSeconds(31));
        (await AdmittedAsync(api, old.Secret, 10, "192.0.2.1")).Should().Be(0);
    }

    [Fact]
    public async Task Rotation_KeysWithDifferentLimits_AreNotReadAgainAsAChange()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var old = await NewAsync(api, admin, (5, 86_400));
        using var rotate = await api.PostAsync($"/{old.Id}/rotate", admin);
        var successor = await rotate.JsonAsync();
        await LimitAsync(api, admin, successor.Text("id"), (50, 60));
        await AdmittedAsync(api, successor.Text("secret"), 1);
        (await AdmittedAsync(api, old.Secret, 9)).Should().Be(5, "a fiftieth of five is zero");
        for (var i = 0; i < 10; i++)
        {
            api.Time.Advance(TimeSpan.FromMinutes(1));
            (await AdmittedAsync(api, successor.Text("secret"), 50))
                .Should().Be(50, "the used share of the old key does not change this key");
        }
    }

    [Fact]
    public async Task Clock_SetBackTwoHours_RefusesNobodyAndGivesNoSecondQuota()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var (idle, busy) = (await NewAsync(api, admin, (100_000, 3600)), await NewAsync(api, admin, (10, 3600)));
        (await AdmittedAsync(api, idle.Secret, 1)).Should().Be(1);
        (await AdmittedAsync(api, busy.Secret, 10)).Should().Be(10);

        api.Time.AdjustTime(api.Time.GetUtcNow().AddHours(-2));

        (await AdmittedAsync(api, idle.Secret, 5)).Should().Be(5);
        (await AdmittedAsync(api, busy.Secret, 5)).Should().Be(0);
        api.Time.Advance(TimeSpan.FromMinutes(6));
        (await AdmittedAsync(api, busy.Secret, 5)).Should().Be(1, "from now on permits return as usual");
        api.Time.AdjustTime(api.Time.GetUtcNow().AddHours(-2));
        (await AdmittedAsync(api, busy.Secret, 5)).Should().Be(0);
    }

    [Fact]
    public async Task Clock_SetBackTwoHours_ThrottlesNoClientThatFailedOnce()
    {
        await using var api = await ManagementApi.StartAsync();
        (await api.StatusAsync(api.UnknownSecret())).Should().Be(HttpStatusCode.Unauthorized);

        api.Time.AdjustTime(api.Time.GetUtcNow().AddHours(-2));

        (await api.StatusAsync(api.UnknownSecret())).Should().Be(HttpStatusCode.Unauthorized);
        (await api.StatusAsync(api.Secret())).Should().Be(HttpStatusCode.OK);
    }

    private static async Task<(string Id, string Secret)> NewAsync(
        TestApi api, string admin, params (int Permits, int Seconds)[] limits)
    {
        var key = await api.CreateAsync(admin, $$"""{"name":"x","type":"ci","rateLimits":{{Json(limits)}}}""");
        return (key.Text("id"), key.Text("secret"));
    }

    private static async Task LimitAsync(TestApi api, string admin, string id, params (int Permits, int Seconds)[] limits)
    {
        using var response = await api.PatchAsync(id, admin, $$"""{"rateLimits":{{Json(limits)}}}""");
        response.StatusCode.Should().Be(HttpStatusCode.OK, await response.TextAsync());
    }

    private static string Json((int Permits, int Seconds)[] limits)
        => "[" + string.Join(
            ",",
            limits.Select(
                limit => string.Create(
                    CultureInfo.InvariantCulture,
                    $$"""{"permits":{{limit.Permits}},"windowSeconds":{{limit.Seconds}}}"""))) + "]";

    private static async Task<int> AdmittedAsync(TestApi api, string secret, int requests, string? address = null)
    {
        var admitted = 0;
        for (var i = 0; i < requests; i++)
        {
            using var response = await api.GetAsync("/read", secret, address);
            admitted += response.StatusCode == HttpStatusCode.OK ? 1 : 0;
        }

        return admitted;
    }
}
