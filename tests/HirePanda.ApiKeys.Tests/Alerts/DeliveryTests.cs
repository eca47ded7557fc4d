using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Messages to webhooks, over real sockets.</summary>
public sealed class DeliveryTests
{
    private static readonly TimeSpan[] _schedule =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10),
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Alert_ToAWebhook_IsPostedAsTheSpecificationSays()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var api = await AlertApi.StartAsync();
        var sender = await api.SenderAsync();
        var (key, admin) = api.Issue();
        var (_, secret) = await api.AddWebhookAsync(admin, receiver.Url);
        await api.RaiseAsync("a", keyId: key.Id, message: "Übung", data: JsonDocument.Parse("""{"n":1}""").RootElement);

        (await sender.SendDueAsync(Token)).Should().BeNull("nothing is pending any more");

        var message = receiver.Messages.Should().ContainSingle().Subject;
        message.Request.Should().Be("POST /hook?token=x");
        message.Headers["Content-Type"].Should().Be("application/json");
        message.Headers.Should().NotContainKeys("traceparent", "Cookie", "Authorization");
        message.Id.Should().MatchRegex("^msg_[0-9a-f]{32}$");
        message.Timestamp.Should().Be(TestApi.Start);
        message.IsSignedWith(secret).Should().BeTrue();
        message.IsSignedWith("whsec_" + Convert.ToBase64String(new byte[32])).Should().BeFalse();
        var alert = (await api.AlertsAsync(admin)).Single().GetRawText();
        message.Body.Should().Be($$"""{"type":"api_key.alert","timestamp":"2026-11-24T12:00:00Z","data":{{alert}}}""");
        api.Time.Advance(TimeSpan.FromDays(1));
        await sender.SendDueAsync(Token);
        receiver.Messages.Should().ContainSingle("it has arrived");
    }

    [Fact]
    public async Task Receiver_ThatFails_IsTriedAgainOnScheduleAndThenGivenUp()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Status = 500;
        await using var api = await AlertApi.StartAsync();
        var sender = await api.SenderAsync();
        var admin = api.Secret();
        var (_, secret) = await api.AddWebhookAsync(admin, receiver.Url);
        await api.RaiseAsync("a");

        var next = await sender.SendDueAsync(Token);
        foreach (var (pause, i) in _schedule.Select((pause, i) => (pause, i)))
        {
            receiver.Messages.Should().HaveCount(i + 1);
            var now = api.Time.GetUtcNow();
            next.Should().NotBeNull();
            next!.Value.Should().BeOnOrAfter(now + pause).And.BeOnOrBefore(now + (pause * 1.1));
            api.Time.Advance(next.Value - now - TimeSpan.FromTicks(10));
            await sender.SendDueAsync(Token);
            receiver.Messages.Should().HaveCount(i + 1, "it is not due yet");
            api.Time.Advance(TimeSpan.FromTicks(10));
            next = await sender.SendDueAsync(Token);
        }

        next.Should().BeNull("the message is given up");
        receiver.Messages.Should().HaveCount(7);
        receiver.Messages.Select(message => message.Id).Distinct().Should().ContainSingle();
        receiver.Messages.Select(message => message.Timestamp).Should().OnlyHaveUniqueItems().And.BeInAscendingOrder();
        receiver.Messages.Should().OnlyContain(message => message.IsSignedWith(secret));
        (await api.ItemsAsync(AlertApi.Webhooks, admin)).Single().Text("failingSince").Should().Be("2026-11-24T12:00:00Z");
        receiver.Status = 204;
        await api.RaiseAsync("b");
        await sender.SendDueAsync(Token);
        (await api.ItemsAsync(AlertApi.Webhooks, admin)).Single().GetProperty("failingSince").ValueKind.Should()
            .Be(JsonValueKind.Null);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Receiver_ThatRedirects_IsNotFollowed(int status)
    {
        await using var other = await WebhookReceiver.StartAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = other.Url;
            return Task.CompletedTask;
        };
        await using var api = await AlertApi.StartAsync();
        var sender = await api.SenderAsync();
        await api.AddWebhookAsync(api.Secret(), receiver.Url);
        await api.RaiseAsync("a");

        (await sender.SendDueAsync(Token)).Should().NotBeNull("it is a failure");

        receiver.Messages.Should().ContainSingle();
        other.Messages.Should().BeEmpty();
    }

    [Fact]
    public async Task Receiver_ThatIsGone_IsDisabledAtOnce()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Status = 410;
        await using var api = await AlertApi.StartAsync();
        var sender = await api.SenderAsync();
        var admin = api.Secret();
        await api.AddWebhookAsync(admin, receiver.Url);
        await api.RaiseAsync("a");

        (await sender.SendDueAsync(Token)).Should().BeNull();
        await api.RaiseAsync("b");
        await sender.SendDueAsync(Token);

        receiver.Messages.Should().ContainSingle();
        var webhook = (await api.ItemsAsync(AlertApi.Webhooks, admin)).Single();
        webhook.Text("disabledAt").Should().Be("2026-11-24T12:00:00Z");
        webhook.Text("disabledReason").Should().Contain("410");
        api.Logs.Ours.Should().ContainSingle(entry => entry.Text.Contains(" disabled: "));
    }

    [Fact]
    public async Task Receiver_ThatHasOnlyFailedForFiveDays_IsDisabled()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Status = 503;
        await using var api = await AlertApi.StartAsync();
        var sender = await api.SenderAsync();
        var admin = api.Secret();
        await api.AddWebhookAsync(admin, receiver.Url);
        for (var day = 0; day < 7; day++)
        {
            await api.RaiseAsync($"{day}");
            await sender.SendDueAsync(Token);
            (await api.ItemsAsync(AlertApi.Webhooks, admin)).Single().GetProperty("disabledAt").ValueKind
                .Should().Be(day < 5 ? JsonValueKind.Null : JsonValueKind.String);
            api.Time.Advance(TimeSpan.FromDays(1));
        }

        receiver.Messages.Select(message => message.Timestamp).Max().Should().Be(TestApi.Start.AddDays(5));
        (await sender.SendDueAsync(Token)).Should().BeNull("what was pending is given up");
    }

    [Fact]
    public async Task Receiver_ThatDoesNotAnswer_IsGivenOnlySoLong()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        await using var api = await AlertApi.StartAsync();
        var client = api.Services.GetRequiredService<WebhookClient>();
        client.AttemptTimeout.Should().Be(TimeSpan.FromSeconds(15));
        client.AttemptTimeout = TimeSpan.FromMilliseconds(300);
        var sender = await api.SenderAsync();
        await api.AddWebhookAsync(api.Secret(), receiver.Url);
        await api.RaiseAsync("a");

        (await sender.SendDueAsync(Token)).Should().NotBeNull();

        receiver.Messages.Should().ContainSingle();
        api.Logs.Ours.Should().ContainSingle(entry => entry.Text.Contains("did not accept message"));
    }

    [Fact]
    public async Task Receiver_WithAnEndlessAnswer_HasDeliveredByItsStatusAlone()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(new byte[100_000], context.RequestAborted);
            }
        };
        await using var api = await AlertApi.StartAsync();
        var sender = await api.SenderAsync();
        await api.AddWebhookAsync(api.Secret(), receiver.Url);
        await api.RaiseAsync("a");

        (await sender.SendDueAsync(Token)).Should().BeNull();
    }

    [Fact]
    public async Task Receiver_ThatNobodyRuns_IsTriedAgain()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var api = await AlertApi.StartAsync();
        var sender = await api.SenderAsync();
        await api.AddWebhookAsync(api.Secret(), receiver.Url);
        await api.RaiseAsync("a");
        await receiver.DisposeAsync();

        (await sender.SendDueAsync(Token)).Should().BeOnOrAfter(TestApi.Start.AddSeconds(5));
    }

    [Fact]
    public async Task Host_WhoseNameNowMeansAPrivateAddress_IsNotConnectedTo()
    {
        using var listener = new TcpListener(IPAddress.Loopback, Repository.FreePort());
        listener.Start();
        var resolver = new TestResolver();
        await using var api = await TestApi.StartAsync(
            app: app => app.MapHirePandaApiKeys(ManagementApi.Keys),
            first: builder => builder.Services.AddSingleton<IHostResolver>(resolver));
        var sender = await api.SenderAsync();
        await api.AddWebhookAsync(api.Secret(), $"https://rebinding.example.com:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        resolver.Addresses = _ => ["127.0.0.1", "::1", "::ffff:127.0.0.1"];
        await api.RaiseAsync("a");

        (await sender.SendDueAsync(Token)).Should().NotBeNull("it is a failure");

        listener.Pending().Should().BeFalse("nobody has connected");
        api.Logs.Ours.Should().ContainSingle(entry => entry.Text.Contains("no public address"));
    }

    [Fact]
    public async Task Host_ByName_IsConnectedToWhereItsNamePoints()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var api = await AlertApi.StartAsync(
            first: builder => builder.Services.AddSingleton<IHostResolver>(new TestResolver { Addresses = _ => ["127.0.0.1"] }));
        var sender = await api.SenderAsync();
        await api.AddWebhookAsync(api.Secret(), $"http://hooks.example.com:{receiver.Port}/");
        await api.RaiseAsync("a");

        (await sender.SendDueAsync(Token)).Should().BeNull();

        receiver.Messages.Should().ContainSingle().Which.Headers["Host"].Should().Be($"hooks.example.com:{receiver.Port}");
    }

    [Fact]
    public async Task Webhook_ThatIsDeleted_GetsNoMoreMessages()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Status = 500;
        await using var api = await AlertApi.StartAsync();
        var sender = await api.SenderAsync();
        var admin = api.Secret();
        var (id, _) = await api.AddWebhookAsync(admin, receiver.Url);
        await api.RaiseAsync("a");
        await sender.SendDueAsync(Token);

        (await WebhookTests.DeleteAsync(api, admin, id)).Should().Be(HttpStatusCode.NoContent);
        api.Time.Advance(TimeSpan.FromMinutes(1));

        (await sender.SendDueAsync(Token)).Should().BeNull();
        receiver.Messages.Should().ContainSingle();
    }

    [Fact]
    public async Task Sender_OfTheHost_SendsAtOnceAndWhenTheNextAttemptIsDue()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Status = 500;
        await using var api = await AlertApi.StartAsync();
        await api.AddWebhookAsync(api.Secret(), receiver.Url);

        await api.RaiseAsync("a");
        await TestApi.Until(() => receiver.Messages.Count == 1);
        await TestApi.Until(() =>
        {
            api.Time.Advance(TimeSpan.FromMilliseconds(100));
            return receiver.Messages.Count == 2;
        });

        (receiver.Messages[1].Timestamp - receiver.Messages[0].Timestamp)
            .Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Sender_PrunesEveryTenMinutesAtMost_AndAgainWhereThatFailed()
    {
        await using var api = await AlertApi.StartAsync();
        var sender = await api.SenderAsync();

        await RunAsync(TimeSpan.Zero);
        await RunAsync(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(10));
        api.Store.Pruned.Should().Equal(TestApi.Start.AddDays(-30));
        api.Store.BeforePrune = () => throw new TimeoutException("The database is slow.");
        await RunAsync(TimeSpan.FromTicks(10), succeeds: false);
        api.Store.BeforePrune = () => { };
        await RunAsync(TimeSpan.FromMinutes(1));
        await RunAsync(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(10));

        api.Store.Pruned.Should().Equal(TestApi.Start.AddDays(-30), TestApi.Start.AddDays(-30).AddMinutes(11));

        async Task RunAsync(TimeSpan later, bool succeeds = true)
        {
            api.Time.Advance(later);
            (await sender.TryRunAsync(Token)).Should().Be(succeeds);
        }
    }

    [Fact]
    public async Task Message_WhoseProcessDied_IsTakenByAnotherWhenTheLeaseEnds()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var api = await AlertApi.StartAsync();
        var sender = await api.SenderAsync();
        await api.AddWebhookAsync(api.Secret(), receiver.Url);
        await api.RaiseAsync("a");
        var now = api.Time.GetUtcNow();
        (await api.Store.LeaseDeliveriesAsync(now, now.AddMinutes(1), 10, [], Token))
            .Should().ContainSingle("a process took it and died");

        (await sender.SendDueAsync(Token)).Should().Be(now.AddMinutes(1));
        receiver.Messages.Should().BeEmpty();
        api.Time.Advance(TimeSpan.FromMinutes(1));
        await sender.SendDueAsync(Token);

        receiver.Messages.Should().ContainSingle();
    }
}
