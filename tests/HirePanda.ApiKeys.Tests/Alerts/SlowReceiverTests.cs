using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Receivers that do not respond until the test tells them to, and other receivers. Attempts do not time out.</summary>
public sealed class SlowReceiverTests
{
    private const string Other = "other";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Receiver_ThatIsSlow_HoldsUpNoOther()
    {
        var told = new TaskCompletionSource();
        await using var slow = await SlowAsync(told.Task);
        await using var quick = await WebhookReceiver.StartAsync();
        await using var api = await StartAsync(slow, quick);
        var sender = await api.SenderAsync();
        await RaiseAsync(api, 1, TestApi.Workspace);
        await RaiseAsync(api, 30, Other);

        var pass = sender.SendDueAsync(Token);
        await TestApi.Until(() => quick.Messages.Count == 30 && slow.Messages.Count == 1);

        pass.IsCompleted.Should().BeFalse("an attempt is under way");
        told.SetResult();
        (await pass).Should().BeNull();
    }

    [Fact]
    public async Task Receiver_ThatIsSlowAndHasManyMessages_LeavesPlacesToOthers()
    {
        var told = new TaskCompletionSource();
        await using var slow = await SlowAsync(told.Task);
        await using var quick = await WebhookReceiver.StartAsync();
        await using var api = await StartAsync(slow, quick);
        var sender = await api.SenderAsync();
        await RaiseAsync(api, 20, TestApi.Workspace);
        await RaiseAsync(api, 2, Other);

        var pass = sender.SendDueAsync(Token);
        await TestApi.Until(() => quick.Messages.Count == 2 && slow.Messages.Count == 4);

        told.SetResult();
        (await pass).Should().BeNull();
        slow.Messages.Select(message => message.Id).Should().HaveCount(20).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Receivers_ThatAreSlow_AreSentSixteenMessagesAtOnce()
    {
        var told = new TaskCompletionSource();
        var counting = new Lock();
        var (now, most) = (0, 0);
        await using var slow = await SlowAsync(told.Task);
        var answer = slow.Answer;
        slow.Answer = async context =>
        {
            lock (counting)
            {
                most = Math.Max(most, ++now);
            }

            await answer(context);
            lock (counting)
            {
                now--;
            }
        };
        await using var api = await StartAsync(slow, slow);
        for (var i = 0; i < 5; i++)
        {
            await api.AddWebhookAsync(api.Secret(), slow.Url);
        }

        var sender = await api.SenderAsync();
        await RaiseAsync(api, 4, TestApi.Workspace);

        var pass = sender.SendDueAsync(Token);
        await TestApi.Until(() => Volatile.Read(ref most) == 16);
        told.SetResult();
        await pass;

        most.Should().Be(16);
        slow.Messages.Select(message => message.Id).Should().HaveCount(24).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Message_ThatComesWhileAnotherIsUnderWay_IsSentAtOnce()
    {
        var told = new TaskCompletionSource();
        await using var slow = await SlowAsync(told.Task);
        await using var quick = await WebhookReceiver.StartAsync();
        await using var api = await StartAsync(slow, quick);
        await RaiseAsync(api, 1, TestApi.Workspace);
        await TestApi.Until(() => slow.Messages.Count == 1);

        await RaiseAsync(api, 1, Other);

        await TestApi.Until(() => quick.Messages.Count == 1);
        told.SetResult();
    }

    [Fact]
    public async Task Pass_ThatIsCancelled_LeavesItsMessagesToTheNextWhenTheirLeasesEnd()
    {
        await using var slow = await SlowAsync(Task.Delay(Timeout.Infinite, Token));
        await using var quick = await WebhookReceiver.StartAsync();
        await using var api = await StartAsync(slow, quick);
        var sender = await api.SenderAsync();
        await RaiseAsync(api, 6, TestApi.Workspace);
        using var stopping = new CancellationTokenSource();

        var pass = sender.SendDueAsync(stopping.Token);
        await TestApi.Until(() => slow.Messages.Count == 4);
        await stopping.CancelAsync();

        await pass.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
        slow.Status = StatusCodes.Status204NoContent;
        (await sender.SendDueAsync(Token)).Should().Be(TestApi.Start.AddMinutes(1));
        slow.Messages.Should().HaveCount(6, "two had not been taken");
        api.Time.Advance(TimeSpan.FromMinutes(1));
        (await sender.SendDueAsync(Token)).Should().BeNull();
        slow.Messages.Select(message => message.Id).Should().HaveCount(10);
        slow.Messages.Select(message => message.Id).Distinct().Should().HaveCount(6);
    }

    private static async Task<WebhookReceiver> SlowAsync(Task until)
    {
        var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = context => until.WaitAsync(context.RequestAborted);
        return receiver;
    }

    /// <summary>Starts an application with two workspaces that have one webhook each.</summary>
    private static async Task<TestApi> StartAsync(WebhookReceiver slow, WebhookReceiver quick)
    {
        var api = await AlertApi.StartAsync();
        api.Services.GetRequiredService<WebhookClient>().AttemptTimeout = Timeout.InfiniteTimeSpan;
        await api.AddWebhookAsync(api.Secret(), slow.Url);
        await api.AddWebhookAsync(api.OtherWorkspace(), quick.Url);
        return api;
    }

    private static async Task RaiseAsync(TestApi api, int count, string workspace)
    {
        for (var i = 0; i < count; i++)
        {
            (await api.RaiseAsync($"{workspace} {i}", workspace, kind: $"kind {i}")).Should().BeTrue();
        }
    }
}
