using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;

namespace HirePanda.ApiKeys.EntityFrameworkCore.Tests;

/// <summary>
/// Alerts of several processes over one database, after a restart, and with a database of an older release.
/// </summary>
public sealed class AlertNodeTests
{
    private static readonly DateTimeOffset _start = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Raise_OnTwoNodesAtTheSameMoment_FiresOnOne(string provider)
    {
        var database = await Database.NewAsync(provider);
        var told = new Told();
        await using var one = await StartAsync(database, services: services => services.AddSingleton<IApiKeyAlertSink>(told));
        await using var other = await StartAsync(database, services: services => services.AddSingleton<IApiKeyAlertSink>(told));
        for (var round = 0; round < 20; round++)
        {
            var cause = $"cause {round}";

            var fired = await Task.WhenAll(
                new[] { one, other, one, other }.Select(node => Task.Run(async () => await RaiseAsync(node, cause), Token)));

            fired.Should().ContainSingle(yes => yes);
        }

        told.Count.Should().Be(20);
        (await AlertsOf(one).ListAlertsAsync("acme", null, 100, Token)).Should().HaveCount(20);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Reminders_OfTwoNodes_FireOnce(string provider)
    {
        var database = await Database.NewAsync(provider);
        var time = new FakeTimeProvider(_start);
        await using var one = await StartAsync(database, time);
        await using var other = await StartAsync(database, time);
        var issuer = one.Services.GetRequiredService<ApiKeyIssuer>();
        await one.Store.SaveAsync(
            new ApiKeyChangeSet
            {
                Added =
                [
                    .. Enumerable.Range(0, 5)
                    .Select(
                        i => issuer.Issue("acme", new CreateApiKeyRequest { Name = $"{i}", Type = ApiKeyTypes.Production })
                            .Key with { CreatedAt = _start.AddDays(-90) })
                ],
            },
            Token);

        await Task.WhenAll(
            new[] { one, other }
                .Select(node => Task.Run(() => node.Services.GetRequiredService<AlertReminders>().TryRunAsync(Token), Token)));

        (await AlertsOf(one).ListAlertsAsync("acme", null, 100, Token))
            .Should().HaveCount(5).And.OnlyContain(alert => alert.Kind == "rotation_due");
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Message_OfTwoNodes_IsDeliveredOnce(string provider)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var database = await Database.NewAsync(provider);
        await using var one = await StartAsync(database);
        await using var other = await StartAsync(database);
        await AddWebhookAsync(one, receiver.Url);
        for (var i = 0; i < 30; i++)
        {
            (await RaiseAsync(i % 2 == 0 ? one : other, $"{i}")).Should().BeTrue();
        }

        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => SendDueAsync(i % 2 == 0 ? one : other), Token)));

        receiver.Messages.Select(message => message.Id).Should().HaveCount(30).And.OnlyHaveUniqueItems();
        (await AlertsOf(one).GetNextDeliveryAsync(Token)).Should().BeNull();
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Restart_WhileAMessageWaits_Continues(string provider)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Status = 500;
        var database = await Database.NewAsync(provider);
        var time = new FakeTimeProvider(_start);
        string secret;
        await using (var before = await StartAsync(database, time))
        {
            secret = await AddWebhookAsync(before, receiver.Url);
            await RaiseAsync(before, "a");
            await SendDueAsync(before);
            receiver.Messages.Should().ContainSingle();
        }

        time.Advance(TimeSpan.FromSeconds(6));
        receiver.Status = 200;
        await using var after = await StartAsync(database, time);
        await SendDueAsync(after);

        receiver.Messages.Should().HaveCount(2).And.OnlyContain(message => message.IsSignedWith(secret));
        receiver.Messages[1].Id.Should().Be(receiver.Messages[0].Id);
        receiver.Messages[1].Timestamp.Should().Be(_start.AddSeconds(6));
        receiver.Messages[1].Body.Should().Be(receiver.Messages[0].Body);
        (await AlertsOf(after).GetNextDeliveryAsync(Token)).Should().BeNull();
        await using var scope = after.Services.CreateAsyncScope();
        var row = await scope.ServiceProvider.GetRequiredService<ApiKeyDbContext>().Set<DeliveryRow>().SingleAsync(Token);
        (row.Status, row.Attempts).Should().Be((ApiKeyDeliveryStatus.Delivered, 2));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Messages_OfAlertsThirtyDaysOld_AreDeletedOnceTheyAreFinished(string provider)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var time = new FakeTimeProvider(_start);
        await using var app = await StartAsync(await Database.NewAsync(provider), time);
        await AddWebhookAsync(app, receiver.Url);
        await RaiseAsync(app, "delivered");
        await RunSenderAsync(app);
        await RaiseAsync(app, "pending");
        (await AlertsOf(app).LeaseDeliveriesAsync(_start, _start.AddDays(40), 10, [], Token))
            .Should().ContainSingle("a process takes long");
        time.Advance(TimeSpan.FromDays(10));
        await RaiseAsync(app, "delivered later");
        time.Advance(TimeSpan.FromDays(20));
        await RunSenderAsync(app);
        (await StatusesAsync()).Should().Equal(
            [ApiKeyDeliveryStatus.Pending, ApiKeyDeliveryStatus.Delivered, ApiKeyDeliveryStatus.Delivered],
            "they are 30 days old at most");

        time.Advance(TimeSpan.FromMinutes(10));
        await RunSenderAsync(app);
        (await StatusesAsync()).Should().Equal(ApiKeyDeliveryStatus.Pending, ApiKeyDeliveryStatus.Delivered);

        receiver.Status = 410;
        time.Advance(TimeSpan.FromDays(10));
        await RunSenderAsync(app);
        receiver.Messages.Should().HaveCount(3);
        (await StatusesAsync()).Should().BeEmpty("the last one is given up now");
        (await AlertsOf(app).ListAlertsAsync("acme", null, 10, Token)).Should().HaveCount(3, "alerts stay");

        async Task<List<ApiKeyDeliveryStatus>> StatusesAsync()
        {
            await using var scope = app.Services.CreateAsyncScope();
            return await scope.ServiceProvider.GetRequiredService<ApiKeyDbContext>().Set<DeliveryRow>().Select(row => row.Status)
                .OrderBy(status => status).ToListAsync(Token);
        }
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Start_OnTablesOfVersionOne_AddsThoseThatAreNew(string provider)
    {
        var database = await Database.NewAsync(provider);
        string secret;
        await using (var old = await StartAsync(database))
        {
            (_, secret) = await old.CreateAsync();
            await using var scope = old.Services.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<ApiKeyDbContext>();
            var isNew = db.Model.GetEntityTypes().Select(type => type.GetTableName()!)
                .Except(["api_keys", "api_key_workspaces", "api_key_audit", "api_key_changes"]).ToList();
            isNew.Should().Contain(["api_key_alerts", "api_key_webhooks", "api_key_webhook_deliveries"]);
            var back = string.Join(
                "; ", [.. isNew.Select(table => $"DROP TABLE {table}"), "UPDATE api_key_schema SET version = 1"]);
            await db.Database.ExecuteSqlRawAsync(back, Token);
        }

        var nodes = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => StartAsync(database), Token)));

        foreach (var node in nodes)
        {
            (await node.VerifyAsync(secret)).Should().Be(ApiKeyOutcome.Valid);
            (await RaiseAsync(node, "same")).Should().Be(node == nodes[0], "the index on the cause exists");
        }

        await AddWebhookAsync(nodes[0], "http://127.0.0.1:1/");
        (await RaiseAsync(nodes[1], "b")).Should().BeTrue();
        (await AlertsOf(nodes[2]).GetNextDeliveryAsync(Token)).Should().NotBeNull();
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }
    }

    /// <summary>Starts a node whose sender and reminders run only when the test runs them.</summary>
    internal static async Task<App> StartAsync(
        Database database, TimeProvider? time = null, Action<IServiceCollection>? services = null)
    {
        return await database.StartAsync(all =>
        {
            all.RemoveAll<BackgroundJob>();
            all.AddSingleton(time ?? TimeProvider.System);
            all.Configure<ApiKeyOptions>(options => options.Webhooks.AllowPrivateTargets = true);
            services?.Invoke(all);
        });
    }

    internal static IApiKeyAlertStore AlertsOf(App app) => app.Services.GetRequiredService<IApiKeyAlertStore>();

    private static ValueTask<bool> RaiseAsync(App app, string cause)
        => app.Services.GetRequiredService<AlertRaiser>().RaiseAsync("acme", $"kind {cause}", cause, null, cause, null, Token);

    private static Task<DateTimeOffset?> SendDueAsync(App app)
        => app.Services.GetRequiredService<WebhookSender>().SendDueAsync(Token);

    private static async Task RunSenderAsync(App app)
        => (await app.Services.GetRequiredService<WebhookSender>().TryRunAsync(Token)).Should().BeTrue();

    private static async Task<string> AddWebhookAsync(App app, string url)
        => (await app.ManageAsync((ApiKeyAlertManager manager) => manager.AddWebhookAsync(App.Admin, url))).Value!.Secret;

    private sealed class Told : IApiKeyAlertSink
    {
        private int _count;

        public int Count => _count;

        public ValueTask SendAsync(ApiKeyAlert alert, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _count);
            return default;
        }
    }
}
