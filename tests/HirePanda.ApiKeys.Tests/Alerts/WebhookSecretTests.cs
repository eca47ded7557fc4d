using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Signing secrets at rest.</summary>
public sealed class WebhookSecretTests
{
    private const string Old = "old pepper, at least 32 characters long";
    private const string New = "new pepper, at least 32 characters long";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Add_WithAPepper_StoresNoClearSecretAndSignsWithTheOneShown()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var api = await AlertApi.StartAsync(options => options.Hashing.Pepper = New);
        var sender = await api.SenderAsync();
        var (_, secret) = await api.AddWebhookAsync(api.Secret(), receiver.Url);
        await api.AddWebhookAsync(api.Secret(), receiver.Url);

        var stored = await StoredAsync(api);
        await api.RaiseAsync("a");
        await sender.SendDueAsync(Token);

        stored.Should().HaveCount(2)
            .And.OnlyContain(webhook => webhook.ProtectedSecret.StartsWith("pepper1:", StringComparison.Ordinal));
        var random = secret[6..];
        stored.Should().NotContain(
            webhook => webhook.ProtectedSecret.Contains(random) || webhook.ProtectedSecret.Contains("whsec_"));
        receiver.Messages.Count(message => message.IsSignedWith(secret)).Should().Be(1);
    }

    [Fact]
    public async Task Add_WithoutAPepper_StoresTheSecretAsItIs()
    {
        await using var api = await AlertApi.StartAsync();

        var (_, secret) = await api.AddWebhookAsync(api.Secret(), "https://8.8.8.8/");

        (await StoredAsync(api)).Should().ContainSingle().Which.ProtectedSecret.Should().Be(secret);
    }

    [Theory]
    [InlineData(null, New, null)]
    [InlineData(Old, New, Old)]
    [InlineData(New, New, Old)]
    public async Task Delivery_AfterThePepperChanged_IsSignedAsBefore(string? before, string after, string? previous)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var (webhook, secret) = await StoreAsync(before, receiver.Url);
        await using var api = await WithAsync(webhook, options => options.Hashing.Pepper = after, previous);

        (await (await api.SenderAsync()).SendDueAsync(Token)).Should().BeNull();

        receiver.Messages.Should().ContainSingle().Which.IsSignedWith(secret).Should().BeTrue();
    }

    [Theory]
    [InlineData(null)]
    [InlineData(New)]
    public async Task Delivery_AfterThePepperIsLost_FailsWithAClearLogAndTheWebhookStays(string? after)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var (webhook, _) = await StoreAsync(Old, receiver.Url);
        await using var api = await WithAsync(webhook, options => options.Hashing.Pepper = after);
        var sender = await api.SenderAsync();

        for (var day = 0; day < 7; day++)
        {
            await api.RaiseAsync($"{day}");
            await sender.SendDueAsync(Token);
            api.Time.Advance(TimeSpan.FromDays(1));
        }

        receiver.Messages.Should().BeEmpty();
        api.Logs.Ours.Should()
            .Contain(entry => entry.Level == LogLevel.Error && entry.Text.Contains("The signing secret of webhook"));
        api.Logs.All.Should().NotContain(webhook.ProtectedSecret);
        (await api.ItemsAsync(AlertApi.Webhooks, api.Secret())).Single().GetProperty("disabledAt").ValueKind.Should()
            .Be(JsonValueKind.Null);
    }

    [Fact]
    public async Task Delivery_WithTheStoredSecretOfAnotherWebhook_Fails()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var (webhook, _) = await StoreAsync(New, receiver.Url);
        await using var api = await WithAsync(webhook with { Id = "whk_other" }, options => options.Hashing.Pepper = New);

        await (await api.SenderAsync()).SendDueAsync(Token);

        receiver.Messages.Should().BeEmpty();
    }

    [Theory]
    [InlineData(true, "dp1:")]
    [InlineData(false, "whsec_")]
    public async Task Add_WithDataProtection_UsesItWhereItsKeysArePersisted(bool isPersisted, string prefix)
    {
        using var folder = new TemporaryFolder();
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var api = await AlertApi.StartAsync(services: builder =>
        {
            var protection = builder.Services.AddDataProtection();
            if (isPersisted)
            {
                protection.PersistKeysToFileSystem(new DirectoryInfo(folder["keys"]));
            }
        });
        var sender = await api.SenderAsync();
        var (_, secret) = await api.AddWebhookAsync(api.Secret(), receiver.Url);
        await api.RaiseAsync("a");
        await sender.SendDueAsync(Token);

        (await StoredAsync(api)).Should().ContainSingle().Which.ProtectedSecret.Should().StartWith(prefix);
        receiver.Messages.Should().ContainSingle().Which.IsSignedWith(secret).Should().BeTrue();
    }

    private static ValueTask<IReadOnlyList<ApiKeyWebhook>> StoredAsync(TestApi api)
        => api.Store.ListWebhooksAsync(TestApi.Workspace, null, 10, Token);

    /// <summary>Adds a webhook and returns the stored webhook and the secret in the response.</summary>
    private static async Task<(ApiKeyWebhook Stored, string Secret)> StoreAsync(string? pepper, string url)
    {
        await using var api = await AlertApi.StartAsync(options => options.Hashing.Pepper = pepper);
        var (_, secret) = await api.AddWebhookAsync(api.Secret(), url);
        return ((await StoredAsync(api)).Single(), secret);
    }

    /// <summary>Starts an application whose store already has a webhook, and raises an alert.</summary>
    private static async Task<TestApi> WithAsync(ApiKeyWebhook webhook, Action<ApiKeyOptions> options, string? previous = null)
    {
        var api = await AlertApi.StartAsync(all =>
        {
            options(all);
            if (previous is not null)
            {
                all.Hashing.PreviousPeppers = [previous];
            }
        });
        await api.SenderAsync();
        var entry = new ApiKeyAuditEntry
        {
            Id = "evt_1",
            Workspace = webhook.Workspace,
            At = TestApi.Start,
            Actor = "test",
            Action = "webhook.create",
        };
        (await api.Store.AddWebhookAsync(webhook, 10, null, entry, Token)).Should().Be(ApiKeySaveResult.Saved);
        await api.RaiseAsync("first");
        return api;
    }
}
