
namespace HirePanda.ApiKeys.Tests;

public sealed class ReminderTests
{
    [Fact]
    public async Task Expiry_AsTheDaysPass_FiresAReminderOnceAtEachThreshold()
    {
        await using var api = await AlertApi.StartAsync(options => options.Alerts.RotationAge = TimeSpan.Zero);
        var secret = api.Secret();
        var (key, _) = api.Issue(
            new CreateApiKeyRequest { Name = "Nightly", Type = ApiKeyTypes.Production, ExpiresAt = TestApi.Start.AddDays(40) });
        var fired = new List<(int Day, int DaysBefore)>();
        var seen = 0;
        for (var day = 0; day <= 41; day++)
        {
            await api.ScanAsync();
            await api.ScanAsync();
            var alerts = await api.AlertsAsync(secret);
            fired.AddRange(
                alerts[..^seen].Select(alert => (day, alert.GetProperty("data").GetProperty("daysBefore").GetInt32())));
            seen = alerts.Length;
            api.Time.Advance(TimeSpan.FromDays(1));
        }

        fired.Should().Equal((10, 30), (26, 14), (33, 7), (39, 1));
        var last = (await api.AlertsAsync(secret))[0];
        (last.Text("kind"), last.Text("keyId")).Should().Be(("key_expiring", key.Id));
        last.Text("message").Should().Be($"The API key 'Nightly' ({key.Hint}) expires at 2027-01-03 12:00 UTC");
        last.GetProperty("data").Text("expiresAt").Should().Be("2027-01-03T12:00:00Z");
    }

    [Theory]
    [InlineData(20, 0, null)] // The reminder at 30 days is before the key's creation.
    [InlineData(20, 6, 14)]
    [InlineData(100, 95, 7)] // The reminders at 30, 14, and 7 days have passed. The one nearest to the expiry is sent.
    [InlineData(100, 69, null)]
    [InlineData(100, 100, null)] // The key has expired.
    [InlineData(30, 0, 30)] // The reminder is at the moment of the key's creation, not before it.
    public async Task Expiry_AtOneMoment_FiresTheNearestReminder(int lifetime, int age, int? daysBefore)
    {
        await using var api = await AlertApi.StartAsync(options => options.Alerts.RotationAge = TimeSpan.Zero);
        api.Issue(
            new CreateApiKeyRequest { Name = "x", Type = ApiKeyTypes.Production, ExpiresAt = TestApi.Start.AddDays(lifetime) });
        api.Time.Advance(TimeSpan.FromDays(age));

        await api.ScanAsync();

        (await api.AlertsAsync(api.Secret()))
            .Select(alert => (int?)alert.GetProperty("data").GetProperty("daysBefore").GetInt32())
            .Should().Equal(daysBefore is null ? [] : [daysBefore]);
    }

    [Fact]
    public async Task Expiry_ThatIsMoved_FiresNewReminders()
    {
        await using var api = await AlertApi.StartAsync(options => options.Alerts.RotationAge = TimeSpan.Zero);
        var secret = api.Secret();
        var (key, _) = api.Issue(
            new CreateApiKeyRequest { Name = "x", Type = ApiKeyTypes.Production, ExpiresAt = TestApi.Start.AddDays(40) });
        api.Time.Advance(TimeSpan.FromDays(38));
        await api.ScanAsync();

        (await api.PatchAsync(key.Id, secret, new { expiresAt = TestApi.Start.AddDays(43) })).Dispose();
        await api.ScanAsync();

        (await api.AlertsAsync(secret))
            .Select(
                alert => (
                    alert.GetProperty("data").Text("expiresAt"), alert.GetProperty("data").GetProperty("daysBefore").GetInt32()))
            .Should().BeEquivalentTo([("2027-01-03T12:00:00Z", 7), ("2027-01-06T12:00:00Z", 7)]);
    }

    [Fact]
    public async Task Rotation_OfAnOldKey_FiresOneReminder()
    {
        await using var api = await AlertApi.StartAsync();
        var (key, secret) = api.Issue();
        api.Time.Advance(TimeSpan.FromDays(90) - TimeSpan.FromTicks(10));
        await api.ScanAsync();
        (await api.AlertsAsync(secret)).Should().BeEmpty();

        api.Time.Advance(TimeSpan.FromTicks(10));
        await api.ScanAsync();
        api.Time.Advance(TimeSpan.FromDays(90));
        await api.ScanAsync();

        var alert = (await api.AlertsAsync(secret)).Single();
        (alert.Text("kind"), alert.Text("keyId")).Should().Be(("rotation_due", key.Id));
        alert.GetProperty("data").GetRawText()
            .Should().Be("""{"createdAt":"2026-11-24T12:00:00Z","dueSince":"2027-02-22T12:00:00Z"}""");
        api.Store.AlertsAdded.Should().Be(1, "known alerts are not read from the store");
    }

    [Fact]
    public async Task Rotation_OfKeysThatAreNotInUse_FiresNoReminder()
    {
        await using var api = await AlertApi.StartAsync(options => options.Alerts.ExpiryDays = []);
        api.Issue(change: key => key with { RevokedAt = TestApi.Start });
        api.Issue(change: key => key with { ReplacedBy = "key_next" });
        api.Issue(new CreateApiKeyRequest { Name = "x", Type = ApiKeyTypes.Production, ExpiresAt = TestApi.Start.AddDays(90) });
        api.Time.Advance(TimeSpan.FromDays(91));

        await api.ScanAsync();

        (await api.AlertsAsync(api.Secret())).Should().BeEmpty();
    }

    [Fact]
    public async Task Reminders_SwitchedOff_FireNothing()
    {
        await using var api = await AlertApi.StartAsync(
            options => (options.Alerts.ExpiryDays, options.Alerts.RotationAge) = ([], TimeSpan.Zero));
        api.Issue(new CreateApiKeyRequest { Name = "x", Type = ApiKeyTypes.Production, ExpiresAt = TestApi.Start.AddDays(101) });
        api.Time.Advance(TimeSpan.FromDays(100));

        await api.ScanAsync();

        (await api.AlertsAsync(api.Secret())).Should().BeEmpty();
    }

    [Fact]
    public async Task Reminders_OfMoreThanAPage_FireForEveryKeyOfEveryWorkspace()
    {
        await using var api = await AlertApi.StartAsync();
        for (var i = 0; i < 1001; i++)
        {
            // Each workspace has as many keys as it can get alerts of one kind in an hour.
            api.Issue(change: key => key with { Workspace = $"workspace {i / 10}" });
        }

        var other = api.OtherWorkspace();
        api.Time.Advance(TimeSpan.FromDays(90));

        await api.ScanAsync();

        api.Store.AlertsAdded.Should().Be(1002);
        (await api.AlertsAsync(other)).Should().ContainSingle();
    }

    [Fact]
    public async Task Reminders_RunAtStartAndEveryHour()
    {
        await using var api = await AlertApi.StartAsync();
        var (_, secret) = api.Issue(change: key => key with { CreatedAt = TestApi.Start.AddDays(-90).AddMinutes(30) });
        api.Time.Advance(TimeSpan.FromSeconds(1));
        await TestApi.Until(() => api.Store.ReminderReads == 1);
        (await api.AlertsAsync(secret)).Should().BeEmpty();

        api.Time.Advance(TimeSpan.FromHours(1));
        await TestApi.Until(() => api.Logs.Ours.Any(entry => entry.Text.Contains("Alert rotation_due")));

        (await api.AlertsAsync(secret)).Single().Text("kind").Should().Be("rotation_due");
    }

    [Fact]
    public async Task Reminders_StoreThatFails_IsLoggedAndTriedAgain()
    {
        await using var api = await AlertApi.StartAsync();
        api.Store.BeforeAlerts = () => throw new InvalidOperationException("away");
        api.Time.Advance(TimeSpan.FromSeconds(1));
        await TestApi.Until(() => api.Logs.Ours.Any(entry => entry.Text.Contains("to remind of")));
        var reads = api.Store.ReminderReads;

        api.Store.BeforeAlerts = () => { };
        api.Time.Advance(TimeSpan.FromHours(1));

        await TestApi.Until(() => api.Store.ReminderReads > reads);
    }
}
