using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.EntityFrameworkCore.Tests;

/// <content>Alerts, webhooks, and their deliveries.</content>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task AddAlert_WithEverything_IsReadUnchanged()
    {
        var store = await NewAlertStoreAsync();
        var alert = Alert("a", 0) with
        {
            KeyId = "key",
            Message = "Übung 🐼",
            Data = JsonDocument.Parse("""{"n":[1,null]}""").RootElement,
        };

        (await store.AddAlertAsync(alert, [], Token)).Should().BeTrue();

        var read = (await store.ListAlertsAsync("acme", null, 10, Token)).Single();
        read.Should().BeEquivalentTo(alert, options => options.Excluding(entity => entity.Data));
        read.Data!.Value.GetRawText().Should().Be("""{"n":[1,null]}""");
        (await store.ListAlertsAsync("other", null, 10, Token)).Should().BeEmpty();
    }

    [Fact]
    public async Task AddAlert_KnownCause_IsFalseAndStoresNoMessage()
    {
        var store = await NewAlertStoreAsync();
        await AddWebhookAsync(store, "w");
        (await store.AddAlertAsync(Alert("a", 0), [], Token)).Should().BeTrue();

        (await store.AddAlertAsync(Alert("b", 1) with { DeduplicationKey = "a" }, [Delivery("m", "w", "b")], Token))
            .Should().BeFalse();

        (await store.ListAlertsAsync("acme", null, 10, Token)).Select(alert => alert.Id).Should().Equal("a");
        (await store.GetNextDeliveryAsync(Token)).Should().BeNull();
    }

    [Fact]
    public async Task AddAlert_ManyAtOnceOfOneCause_OneSucceeds()
    {
        var store = await NewAlertStoreAsync();
        for (var round = 0; round < 5; round++)
        {
            var added = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
                async ()
                    => await store.AddAlertAsync(
                        Alert($"{round}-{i}", i) with { DeduplicationKey = $"{round}" },
                        [Delivery($"{round}-{i}", "w", $"{round}-{i}")],
                        Token), Token)));

            added.Should().ContainSingle(isAdded => isAdded);
        }

        (await store.ListAlertsAsync("acme", null, 100, Token)).Should().HaveCount(5);
    }

    [Fact]
    public async Task ListAlertsAndWebhooks_ManyOfOneMoment_PageThroughEachOnceNewestFirst()
    {
        var store = await NewAlertStoreAsync();
        for (var i = 0; i < 30; i++)
        {
            await store.AddAlertAsync(Alert($"id_{i % 7}{i}", i / 12), [], Token);
            await AddWebhookAsync(store, $"id_{i % 7}{i}", i / 12);
        }

        var expected = Enumerable.Range(0, 30).OrderByDescending(i => i / 12)
            .ThenByDescending(i => $"id_{i % 7}{i}", StringComparer.Ordinal).Select(i => $"id_{i % 7}{i}");
        var alerts = new List<ApiKeyAlert>();
        var webhooks = new List<ApiKeyWebhook>();
        for (var page = 0; page < 6; page++)
        {
            alerts.AddRange(
                await store.ListAlertsAsync(
                    "acme",
                    alerts.Count == 0 ? null : new ApiKeyPageToken { At = alerts[^1].RaisedAt, Id = alerts[^1].Id },
                    7,
                    Token));
            webhooks.AddRange(
                await store.ListWebhooksAsync(
                    "acme",
                    webhooks.Count == 0 ? null : new ApiKeyPageToken { At = webhooks[^1].CreatedAt, Id = webhooks[^1].Id },
                    7,
                    Token));
        }

        alerts.Select(alert => alert.Id).Should().Equal(expected);
        webhooks.Select(webhook => webhook.Id).Should().Equal(expected);
    }

    [Fact]
    public async Task AcknowledgeAlert_ManyAtOnce_KeepsTheFirstWithOneEntry()
    {
        var (store, management) = await NewStoresAsync();
        await store.AddAlertAsync(Alert("a", 0), [], Token);

        var acknowledged = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
            async ()
                => await store.AcknowledgeAlertAsync(
                    "acme", "a", null, Entry($"e{i}", i) with { Actor = $"{i}" }, Token), Token)));

        var stored = (await store.ListAlertsAsync("acme", null, 10, Token)).Single();
        stored.AcknowledgedAt.Should()
            .Be(_start.AddSeconds(int.Parse(stored.AcknowledgedBy!, System.Globalization.CultureInfo.InvariantCulture)));
        acknowledged.Should().OnlyContain(result => result == ApiKeySaveResult.Saved);
        (await store.GetAlertAsync("acme", "a", Token)).Should().Be(stored);
        (await store.GetAlertAsync("other", "a", Token)).Should().BeNull();
        (await management.ListAuditAsync("acme", null, 10, Token))
            .Should().ContainSingle().Which.Actor.Should().Be(stored.AcknowledgedBy);
        (await store.AcknowledgeAlertAsync("other", "a", null, Entry("x", 0), Token)).Should().Be(ApiKeySaveResult.NotFound);
        (await store.AcknowledgeAlertAsync("acme", "b", null, Entry("x", 0), Token)).Should().Be(ApiKeySaveResult.NotFound);
    }

    [Fact]
    public async Task ListAlerts_OpenOnly_LeavesOutAcknowledgedOnesAndCountsTheRest()
    {
        var store = await NewAlertStoreAsync();
        for (var i = 0; i < 12; i++)
        {
            await store.AddAlertAsync(Alert($"{i:00}", i / 4), [], Token);
        }

        await store.AddAlertAsync(Alert("workspace", 9) with { Workspace = "other" }, [], Token);
        foreach (var id in new[] { "00", "05", "11" })
        {
            await store.AcknowledgeAlertAsync("acme", id, null, Entry($"e{id}", 0), Token);
        }

        var first = await store.ListAlertsAsync("acme", openOnly: true, null, 4, Token);
        var next = new ApiKeyPageToken { At = first[^1].RaisedAt, Id = first[^1].Id };
        var rest = await store.ListAlertsAsync("acme", openOnly: true, next, 100, Token);

        first.Concat(rest).Select(alert => alert.Id).Should().Equal("10", "09", "08", "07", "06", "04", "03", "02", "01");
        (await store.ListAlertsAsync("acme", openOnly: false, null, 100, Token)).Should().HaveCount(12);
        (await store.CountOpenAlertsAsync("acme", 100, Token)).Should().Be(9);
        (await store.CountOpenAlertsAsync("acme", 9, Token)).Should().Be(9);
        (await store.CountOpenAlertsAsync("acme", 4, Token)).Should().Be(4, "counting stops at the limit");
        (await store.CountOpenAlertsAsync("nobody's", 4, Token)).Should().Be(0);
    }

    [Fact]
    public async Task CountAlerts_CountsThoseOfTheKindSince_AndCausesAreKnown()
    {
        var store = await NewAlertStoreAsync();
        await store.AddAlertAsync(Alert("before", 0), [], Token);
        await store.AddAlertAsync(Alert("at", 1), [], Token);
        await store.AddAlertAsync(Alert("after", 2), [], Token);
        await store.AddAlertAsync(Alert("key", 2) with { KeyId = "x" }, [], Token);
        await store.AddAlertAsync(Alert("kind", 2) with { Kind = "other" }, [], Token);
        await store.AddAlertAsync(Alert("workspace", 2) with { Workspace = "other" }, [], Token);

        (await store.CountAlertsAsync("acme", ApiKeyAlertKinds.FailedAuthentication, _start.AddSeconds(1), Token)).Should().Be(3);
        var cause = Alert("kind", 2).DeduplicationKey;
        (await store.HasAlertAsync(cause, Token)).Should().BeTrue();
        (await store.HasAlertAsync(cause + "x", Token)).Should().BeFalse();
    }

    [Fact]
    public async Task ListReminderKeys_GivesActiveOnesOfAllWorkspacesById()
    {
        var store = await NewStoreAsync();
        await store.SaveAsync(
            new ApiKeyChangeSet
            {
                Added =
                [
                    Key("a_expiring") with { ExpiresAt = _start.AddDays(5) },
                    Key("b_later") with { ExpiresAt = _start.AddDays(20) },
                    Key("c_old") with { CreatedAt = _start.AddDays(-100), Workspace = "other" },
                    Key("d_expired") with { ExpiresAt = _start },
                    Key("e_revoked") with { ExpiresAt = _start.AddDays(5), RevokedAt = _start },
                    Key("f_replaced") with { ExpiresAt = _start.AddDays(5), ReplacedBy = "b_later" },
                    Key("g_expiring") with { ExpiresAt = _start.AddDays(10).AddMicroseconds(-1) },
                    Key("h_not_quite") with { ExpiresAt = _start.AddDays(10) },
                    Key("i_not_quite") with { CreatedAt = _start.AddDays(-90) },
                ],
            },
            Token);
        var both = new ApiKeyReminderQuery
        {
            Now = _start,
            ExpiresBefore = _start.AddDays(10),
            CreatedBefore = _start.AddDays(-90),
            Limit = 10,
        };

        (await IdsAsync(both)).Should().Equal("a_expiring", "c_old", "g_expiring");
        (await IdsAsync(both with { CreatedBefore = null })).Should().Equal("a_expiring", "g_expiring");
        (await IdsAsync(both with { ExpiresBefore = null })).Should().Equal("c_old");
        (await IdsAsync(both with { Limit = 2 })).Should().Equal("a_expiring", "c_old");
        (await IdsAsync(both with { Limit = 2, AfterId = "c_old" })).Should().Equal("g_expiring");

        async Task<IEnumerable<string>> IdsAsync(ApiKeyReminderQuery query)
            => (await store.ListReminderKeysAsync(query, Token)).Select(key => key.Id);
    }

    [Fact]
    public async Task AddWebhook_ManyAtOnce_KeepsToTheLimit()
    {
        var (store, management) = await NewStoresAsync();
        var added = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
            async () => await store.AddWebhookAsync(Webhook($"w{i}", 0), 3, null, Entry($"e{i}", 0), Token), Token)));

        added.Count(result => result == ApiKeySaveResult.Saved).Should().Be(3);
        added.Count(result => result == ApiKeySaveResult.LimitReached).Should().Be(5);
        (await store.ListWebhooksAsync("acme", null, 10, Token)).Should().HaveCount(3);
        (await management.ListAuditAsync("acme", null, 10, Token)).Should().HaveCount(3);
        (await store.AddWebhookAsync(Webhook("other", 0) with { Workspace = "other" }, 3, null, Entry("y", 0), Token))
            .Should().Be(ApiKeySaveResult.Saved);
        (await store.ListWebhooksAsync("other", null, 10, Token)).Single()
            .Should().BeEquivalentTo(Webhook("other", 0) with { Workspace = "other" });
    }

    [Fact]
    public async Task WebhooksAndAcknowledgement_ByAKeyThatIsRevoked_AreRefused()
    {
        var (store, management) = await NewStoresAsync();
        await management.SaveAsync(new ApiKeyChangeSet { Added = [Key("leaked") with { RevokedAt = _start }] }, Token);
        await AddWebhookAsync(store, "w");
        await store.AddAlertAsync(Alert("a", 0), [], Token);
        var guard = new ApiKeyActorGuard { KeyId = "leaked", Version = 1, At = _start };

        (await store.AddWebhookAsync(Webhook("x", 0), 3, guard, Entry("x", 0), Token)).Should().Be(ApiKeySaveResult.ActorChanged);
        (await store.DeleteWebhookAsync("acme", "w", guard, Entry("x", 0), Token)).Should().Be(ApiKeySaveResult.ActorChanged);
        (await store.AcknowledgeAlertAsync("acme", "a", guard, Entry("x", 0), Token)).Should().Be(ApiKeySaveResult.ActorChanged);

        (await store.ListWebhooksAsync("acme", null, 10, Token)).Should().ContainSingle().Which.Id.Should().Be("w");
        (await store.GetAlertAsync("acme", "a", Token))!.AcknowledgedAt.Should().BeNull();
        (await management.ListAuditAsync("acme", null, 10, Token)).Should().NotContain(entry => entry.Id == "x");
    }

    [Fact]
    public async Task DeleteWebhook_TakesItsMessagesWithIt()
    {
        var (store, management) = await NewStoresAsync();
        await AddWebhookAsync(store, "w");
        await store.AddAlertAsync(Alert("a", 0), [Delivery("m", "w", "a")], Token);

        (await store.DeleteWebhookAsync("other", "w", null, Entry("x", 0), Token)).Should().Be(ApiKeySaveResult.NotFound);
        (await store.DeleteWebhookAsync("acme", "w", null, Entry("d", 0), Token)).Should().Be(ApiKeySaveResult.Saved);
        (await store.DeleteWebhookAsync("acme", "w", null, Entry("x", 0), Token)).Should().Be(ApiKeySaveResult.NotFound);

        (await store.GetNextDeliveryAsync(Token)).Should().BeNull();
        (await store.ListWebhooksAsync("acme", null, 10, Token)).Should().BeEmpty();
        (await management.ListAuditAsync("acme", null, 10, Token)).Select(entry => entry.Id).Should().BeEquivalentTo("w", "d");
    }

    [Fact]
    public async Task LeaseDeliveries_ManyAtOnce_GivesEachToOneAndAgainWhenTheLeaseEnds()
    {
        var store = await NewAlertStoreAsync();
        await AddWebhookAsync(store, "w");
        for (var i = 0; i < 20; i++)
        {
            await store.AddAlertAsync(Alert($"{i}", 0), [Delivery($"m{i}", "w", $"{i}", i < 15 ? 0 : 100)], Token);
        }

        var taken = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(
            async () => await store.LeaseDeliveriesAsync(_start, _start.AddSeconds(60), 10, [], Token), Token)));
        var rest = await store.LeaseDeliveriesAsync(_start, _start.AddSeconds(60), 100, [], Token);

        var all = taken.SelectMany(batch => batch).Concat(rest).ToList();
        all.Select(lease => lease.Delivery.Id).Should().BeEquivalentTo(Enumerable.Range(0, 15).Select(i => $"m{i}"));
        all[0].Should().BeEquivalentTo(new ApiKeyLeasedDelivery
        {
            Delivery = Delivery(all[0].Delivery.Id, "w", all[0].Delivery.AlertId) with { LeasedUntil = _start.AddSeconds(60) },
            Webhook = Webhook("w", 0),
        });
        (await store.GetNextDeliveryAsync(Token)).Should().Be(_start.AddSeconds(60));
        (await store.LeaseDeliveriesAsync(_start.AddSeconds(59), _start.AddSeconds(119), 100, [], Token)).Should().BeEmpty();
        (await store.LeaseDeliveriesAsync(_start.AddSeconds(60), _start.AddSeconds(120), 100, [], Token)).Should().HaveCount(15);
    }

    [Fact]
    public async Task LeaseDeliveries_SkipsTheExcludedWebhooksAndFailedMessages()
    {
        var store = await NewAlertStoreAsync();
        await AddWebhookAsync(store, "v");
        await AddWebhookAsync(store, "w");
        ApiKeyWebhookDelivery[] messages =
        [
            Delivery("m1", "nobody", "a"), Delivery("m2", "v", "a", 1), Delivery("m3", "v", "a", 2), Delivery("m4", "w", "a", 3)
        ];
        await store.AddAlertAsync(Alert("a", 0), messages, Token);

        (await TakeAsync("v", "w")).Should().BeEmpty();
        (await TakeAsync("v")).Should().Equal("m4");
        (await TakeAsync("w")).Should().Equal("m2");
        (await TakeAsync()).Should().Equal("m3");
        (await TakeAsync()).Should().BeEmpty();
        (await store.GetNextDeliveryAsync(Token)).Should().Be(_start.AddSeconds(60), "one had no webhook and has failed");

        async Task<IEnumerable<string>> TakeAsync(params string[] except)
            => (await store.LeaseDeliveriesAsync(_start.AddSeconds(10), _start.AddSeconds(60), 1, except, Token))
                .Select(lease => lease.Delivery.Id);
    }

    [Fact]
    public async Task SaveAttempt_OfEveryKind_MovesTheMessageAndItsWebhook()
    {
        var store = await NewAlertStoreAsync();
        await AddWebhookAsync(store, "w");
        await store.AddAlertAsync(Alert("a", 0), [Delivery("m", "w", "a")], Token);
        await store.AddAlertAsync(Alert("b", 0), [Delivery("n", "w", "b", 5000)], Token);

        var first = await TakeAsync(0);
        (await store.SaveAttemptAsync(Attempt(first, 1, false, next: 10), Token)).Should().BeTrue();
        (await store.SaveAttemptAsync(Attempt(first, 1, true), Token)).Should().BeFalse("the lease has ended");
        (await WebhookAsync()).FailingSince.Should().Be(_start.AddSeconds(1));
        (await store.GetNextDeliveryAsync(Token)).Should().Be(_start.AddSeconds(10));
        (await store.LeaseDeliveriesAsync(_start.AddSeconds(9), _start.AddSeconds(69), 10, [], Token)).Should().BeEmpty();
        var second = await TakeAsync(10);
        second.Attempts.Should().Be(1);
        await store.SaveAttemptAsync(Attempt(second, 11, false, next: 20), Token);
        (await WebhookAsync()).FailingSince.Should().Be(_start.AddSeconds(1), "it is since then");

        await store.SaveAttemptAsync(Attempt(await TakeAsync(20), 21, true), Token);
        (await WebhookAsync()).FailingSince.Should().BeNull();
        (await store.GetNextDeliveryAsync(Token)).Should().Be(_start.AddSeconds(5000), "the other one is left");

        await store.AddAlertAsync(Alert("c", 0), [Delivery("o", "w", "c", 30)], Token);
        await store.SaveAttemptAsync(Attempt(await TakeAsync(30), 31, false, disabledReason: "gone"), Token);
        var webhook = await WebhookAsync();
        (webhook.DisabledAt, webhook.DisabledReason).Should().Be((_start.AddSeconds(31), "gone"));
        (await store.GetNextDeliveryAsync(Token)).Should().BeNull("nothing is sent to it any more");
        await store.AddAlertAsync(Alert("d", 0), [Delivery("p", "w", "d"), Delivery("q", "nobody", "d")], Token);
        (await store.LeaseDeliveriesAsync(_start, _start.AddSeconds(60), 10, [], Token))
            .Should().BeEmpty("a message that was added at the same moment fails");
        (await store.GetNextDeliveryAsync(Token)).Should().BeNull();

        async Task<ApiKeyWebhookDelivery> TakeAsync(int seconds)
            => (await store.LeaseDeliveriesAsync(_start.AddSeconds(seconds), _start.AddSeconds(seconds + 60), 10, [], Token))
                .Single().Delivery;

        async Task<ApiKeyWebhook> WebhookAsync() => (await store.ListWebhooksAsync("acme", null, 10, Token)).Single();
    }

    [Fact]
    public async Task PruneDeliveries_LeavesWhatIsPending()
    {
        var store = await NewAlertStoreAsync();
        await AddWebhookAsync(store, "w");
        await store.AddAlertAsync(
            Alert("a", 0),
            [Delivery("sent", "w", "a"), Delivery("refused", "w", "a", 1), Delivery("waiting", "w", "a", 2)],
            Token);
        foreach (var lease in await store.LeaseDeliveriesAsync(_start.AddSeconds(1), _start.AddSeconds(60), 10, [], Token))
        {
            await store.SaveAttemptAsync(
                Attempt(lease.Delivery, 1, lease.Delivery.Id == "sent", next: lease.Delivery.Id == "sent" ? null : 30), Token);
        }

        await store.PruneDeliveriesAsync(_start.AddSeconds(1), Token);

        (await store.LeaseDeliveriesAsync(_start.AddSeconds(30), _start.AddSeconds(90), 10, [], Token))
            .Select(lease => lease.Delivery.Id)
            .Should().BeEquivalentTo("refused", "waiting");
        await store.PruneDeliveriesAsync(_start.AddSeconds(1), Token);
        (await store.GetNextDeliveryAsync(Token)).Should().Be(_start.AddSeconds(90), "they are in progress");
    }

    private static ApiKeyAlert Alert(string id, int seconds) => new()
    {
        Id = id,
        Workspace = "acme",
        Kind = ApiKeyAlertKinds.FailedAuthentication,
        DeduplicationKey = id,
        Message = id,
        RaisedAt = _start.AddSeconds(seconds),
    };

    private static ApiKeyWebhook Webhook(string id, int seconds)
        => new()
        {
            Id = id,
            Workspace = "acme",
            Url = "https://example.com/",
            ProtectedSecret = "whsec_x",
            CreatedAt = _start.AddSeconds(seconds),
        };

    private static ApiKeyWebhookDelivery Delivery(string id, string webhookId, string alertId, int seconds = 0)
        => new()
        {
            Id = id,
            WebhookId = webhookId,
            AlertId = alertId,
            Payload = "{}",
            NextAttemptAt = _start.AddSeconds(seconds),
        };

    private static ApiKeyDeliveryAttempt Attempt(
        ApiKeyWebhookDelivery taken, int seconds, bool succeeded, int? next = null, string? disabledReason = null)
        => new()
        {
            DisabledReason = disabledReason,
            Delivery = taken,
            At = _start.AddSeconds(seconds),
            Succeeded = succeeded,
            NextAttemptAt = next is null ? null : _start.AddSeconds(next.Value),
        };

    private static async Task AddWebhookAsync(IApiKeyAlertStore store, string id, int seconds = 0)
        => (await store.AddWebhookAsync(Webhook(id, seconds), 100, null, Entry(id, seconds), Token))
            .Should().Be(ApiKeySaveResult.Saved);

    private async Task<IApiKeyAlertStore> NewAlertStoreAsync() => (await NewHostAsync()).GetRequiredService<IApiKeyAlertStore>();

    private async Task<(IApiKeyAlertStore Alerts, IApiKeyManagementStore Management)> NewStoresAsync()
    {
        var host = await NewHostAsync();
        return (host.GetRequiredService<IApiKeyAlertStore>(), host.GetRequiredService<IApiKeyManagementStore>());
    }
}
