using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Webhooks as callers manage them.</summary>
public sealed class WebhookTests
{
    [Fact]
    public async Task Add_PublicHttpsAddress_ShowsTheSecretOnceAndIsAudited()
    {
        await using var api = await StartAsync();
        var secret = api.Secret();

        using var created = await api.PostAsync("/webhooks", secret, new { url = "https://hooks.example.com/a?token=b" });

        created.StatusCode.Should().Be(HttpStatusCode.Created);
        var webhook = await created.JsonAsync();
        var id = webhook.Text("id");
        created.Header("Location").Should().Be($"{AlertApi.Webhooks}/{id}");
        created.Header("Cache-Control").Should().Be("no-store");
        var signing = webhook.Text("secret");
        signing.Should().StartWith("whsec_");
        Convert.FromBase64String(signing[6..]).Should().HaveCount(32);
        using var listed = await api.GetAsync(AlertApi.Webhooks, secret);
        (await listed.TextAsync()).Should().Be(
            $$"""{"items":[{"id":"{{id}}","url":"https://hooks.example.com/a?token=b","createdAt":"2026-11-24"""
            + """T12:00:00Z","failingSince":null,"disabledAt":null,"disabledReason":null}],"nextCursor":null}""");

        using var single = await api.GetAsync(created.Header("Location")!, secret);
        (await single.TextAsync()).Should().Be((await listed.JsonAsync()).GetProperty("items")[0].GetRawText());
        using var foreign = await api.GetAsync(created.Header("Location")!, api.OtherWorkspace());
        foreign.StatusCode.Should().Be(HttpStatusCode.NotFound);

        (await DeleteAsync(api, secret, id)).Should().Be(HttpStatusCode.NoContent);
        (await DeleteAsync(api, secret, id)).Should().Be(HttpStatusCode.NotFound);
        var start = signing[6..20];
        (await api.ItemsAsync(AlertApi.Webhooks, secret)).Should().BeEmpty();
        var audit = await api.ItemsAsync(ManagementApi.Keys + "/audit", secret);
        audit.Select(entry => entry.Text("action"))
            .Should().BeEquivalentTo("webhook.create", "webhook.delete", "webhook.delete.refused");
        audit.Where(entry => entry.Text("action") != "webhook.delete.refused")
            .Should()
            .OnlyContain(entry => entry.GetRawText().Contains("hooks.example.com") && !entry.GetRawText().Contains(start));
        api.Logs.All.Should().NotContain(start);
    }

    public static TheoryData<string> BadUrls =>
    [
        "", "hooks", "/hooks", "http://example.com/", "ftp://example.com/", "javascript:alert(1)", "https://", "https:///x",
        " https://example.com/", "https://example.com/\n", "https://example.com/a b", "https://user:password@example.com/",
        "https://user@example.com/",
        "https://example.com/" + new string('x', 2000),
        "https://0.0.0.0/", "https://10.1.2.3/", "https://100.64.0.1/", "https://100.127.255.255/", "https://127.0.0.1/",
        "https://127.1/", "https://2130706433/", "https://0x7f.0.0.1/", "https://0177.0.0.1/",
        "https://169.254.169.254/latest/meta-data", "https://172.16.0.1/", "https://172.31.255.255/", "https://192.0.0.1/",
        "https://192.0.2.1/", "https://192.88.99.1/", "https://192.168.0.1/", "https://198.18.0.1/", "https://198.19.255.255/",
        "https://198.51.100.1/", "https://203.0.113.1/", "https://224.0.0.1/", "https://240.0.0.1/", "https://255.255.255.255/",
        "https://[::]/", "https://[::1]/", "https://[::127.0.0.1]/", "https://[::ffff:10.0.0.1]/", "https://[::ffff:7f00:1]/",
        "https://[64:ff9b::10.0.0.1]/", "https://[64:ff9b:1::1]/", "https://[100::1]/", "https://[2001::1]/",
        "https://[2001:db8::1]/", "https://[2002:a00:1::]/", "https://[2002:7f00:1::1]/", "https://[3fff::1]/",
        "https://[5f00::1]/", "https://[fc00::1]/", "https://[fd12:3456::1]/", "https://[fe80::1]/", "https://[fec0::1]/",
        "https://[ff02::1]/", "https://168.63.129.16/", "https://127.0.0.1:8443/", "https://[::ffff:0:127.0.0.1]/",
        "https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/", "https://[2001:20::1]/", "https://[64:ff9b::169.254.169.254]/",
        "https://[2002:a9fe:a9fe::1]/", "https://[100:0:0:1::1]/", "https://[2001:2::1]/", "https://127。0。0。1/", "https://0/",
        "https://0x7f000001/", "https://017700000001/",
    ];

    [Theory]
    [MemberData(nameof(BadUrls))]
    public async Task Add_AddressThatIsNotPublicHttps_IsRefused(string url)
    {
        await using var api = await StartAsync();

        using var response = await api.PostAsync("/webhooks", api.Secret(), new { url });

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.CodeAsync()).Should().Be("invalid_request");
        (await response.FieldsAsync()).Should().Equal("url");
        (await api.ItemsAsync(AlertApi.Webhooks, api.Secret())).Should().BeEmpty();
    }

    /// <summary>Names that resolve. The resolved address decides.</summary>
    [Theory]
    [InlineData("https://localhost/")]
    [InlineData("https://localhost./")]
    [InlineData("https://LOCALHOST:8443/")]
    [InlineData("https://127.0.0.1./")]
    [InlineData("https://xn--bcher-kva.example/")]
    [InlineData("https://①②⑦.⓪.⓪.①/")]
    [InlineData("https://１２７.0.0.1/")]
    [InlineData("https://hooks.example.com./")]
    [InlineData("https://metadata.google.internal/")]
    public async Task Add_NameOfThisMachinesNetwork_IsRefused(string url)
    {
        await using var api = await StartAsync(new TestResolver { Addresses = _ => ["127.0.0.1"] });

        using var response = await api.PostAsync("/webhooks", api.Secret(), new { url });

        (await response.FieldsAsync()).Should().Equal("url");
    }

    [Fact]
    public async Task Add_NameThatIsTooLong_IsRefused()
    {
        await using var api = await TestApi.StartAsync(app: app => app.MapHirePandaApiKeys(ManagementApi.Keys));
        var name = string.Join('.', Enumerable.Repeat(new string('a', 63), 20));

        using var response = await api.PostAsync("/webhooks", api.Secret(), new { url = $"https://{name}/" });

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.FieldsAsync()).Should().Equal("url");
    }

    [Fact]
    public async Task Add_NameThatIsUnknownOrPrivate_GetsTheSameAnswerAndEntry()
    {
        await using var api = await StartAsync(new TestResolver
        {
            Addresses = host => host switch
            {
                "db.example.com" => ["10.0.0.7"],
                "none.example.com" => [],
                _ => throw new System.Net.Sockets.SocketException(11001),
            },
        });
        var answers = new List<string>();
        foreach (var host in new[] { "db", "none", "nowhere" })
        {
            using var response = await api.PostAsync("/webhooks", api.Secret(), new { url = $"https://{host}.example.com/" });
            answers.Add(await response.TextAsync());
        }

        answers.Distinct().Should().ContainSingle();
        (await api.ItemsAsync(ManagementApi.Keys + "/audit", api.Secret()))
            .Select(entry => entry.GetProperty("after").GetRawText()).Should()
            .BeEquivalentTo(
                """{"url":"https://db.example.com"}""",
                """{"url":"https://none.example.com"}""",
                """{"url":"https://nowhere.example.com"}""");
    }

    [Theory]
    [InlineData("https://10.0.0.1:8443/path?token=hunter2", "\"https://10.0.0.1:8443\"")]
    [InlineData("https://somebody:hunter2@example.com/", "\"https://example.com\"")]
    [InlineData("https://[fd00::1]:444/hunter2", "\"https://[fd00::1]:444\"")]
    [InlineData("http://example.com/hunter2#hunter2", "\"http://example.com\"")]
    [InlineData("hunter2", "null")]
    [InlineData("https://hunter2 hunter2/", "null")]
    public async Task Add_ThatIsRefused_IsAuditedWithoutWhatMayBeSecret(string url, string origin)
    {
        await using var api = await StartAsync();

        using var response = await api.PostAsync("/webhooks", api.Secret(), new { url });

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        var entry = (await api.ItemsAsync(ManagementApi.Keys + "/audit", api.Secret())).Should().ContainSingle().Subject;
        entry.Text("action").Should().Be("webhook.create.refused");
        entry.GetProperty("after").GetRawText().Should().Be($"{{\"url\":{origin}}}");
        entry.GetRawText().Should().NotContain("hunter");
    }

    [Fact]
    public async Task Add_LongAddressThatIsRefused_IsAuditedBriefly()
    {
        await using var api = await StartAsync();

        using var response = await api.PostAsync(
            "/webhooks", api.Secret(), new { url = "https://example.com/" + new string('x', 10_000) });

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await api.ItemsAsync(ManagementApi.Keys + "/audit", api.Secret()))
            .Should().ContainSingle().Which.GetRawText().Length.Should().BeLessThan(500);
    }

    [Theory]
    [InlineData("https://8.8.8.8/")]
    [InlineData("https://172.15.0.1/")]
    [InlineData("https://172.32.0.1/")]
    [InlineData("https://100.128.0.1/")]
    [InlineData("https://[2606:4700::1111]/")]
    [InlineData("https://[64:ff9b::8.8.8.8]/")]
    [InlineData("https://[2002:808:808::1]/")]
    [InlineData("https://[::ffff:8.8.8.8]/")]
    [InlineData("https://hooks.example.com:8443/x")]
    [InlineData("https://bücher.example/x")]
    public async Task Add_PublicAddress_IsTaken(string url)
    {
        await using var api = await StartAsync();

        await api.AddWebhookAsync(api.Secret(), url);
    }

    [Theory]
    [InlineData]
    [InlineData("10.0.0.1")]
    [InlineData("93.184.215.14", "127.0.0.1")]
    [InlineData("fe80::1")]
    public async Task Add_HostWithoutPublicAddresses_IsRefused(params string[] addresses)
    {
        var resolver = new TestResolver { Addresses = _ => addresses };
        await using var api = await StartAsync(resolver);

        using var response = await api.PostAsync("/webhooks", api.Secret(), new { url = "https://hooks.example.com/" });

        (await response.FieldsAsync()).Should().Equal("url");
    }

    [Fact]
    public async Task Add_HostThatDnsDoesNotKnow_IsRefused()
    {
        await using var api = await StartAsync(
            new TestResolver { Addresses = _ => throw new System.Net.Sockets.SocketException(11001) });

        using var response = await api.PostAsync("/webhooks", api.Secret(), new { url = "https://nowhere.example/" });

        (await response.FieldsAsync()).Should().Equal("url");
    }

    [Theory]
    [InlineData("{}", "url")]
    [InlineData("""{"url":1}""", "url")]
    [InlineData("""{"url":"https://hooks.example.com","secret":"x"}""", "secret")]
    public async Task Add_BadBody_NamesTheField(string body, string field)
    {
        await using var api = await StartAsync();

        using var response = await api.PostAsync("/webhooks", api.Secret(), body);

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.FieldsAsync()).Should().Equal(field);
    }

    [Fact]
    public async Task Add_TheEleventh_IsAConflict()
    {
        await using var api = await StartAsync();
        var secret = api.Secret();
        for (var i = 0; i < 10; i++)
        {
            await api.AddWebhookAsync(secret, $"https://hooks.example.com/{i}");
        }

        using var eleventh = await api.PostAsync("/webhooks", secret, new { url = "https://hooks.example.com/" });

        eleventh.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await eleventh.CodeAsync()).Should().Be("conflict");
        (await api.ItemsAsync(ManagementApi.Keys + "/audit", secret)).Select(entry => entry.Text("action"))
            .Should().ContainSingle(action => action == "webhook.create.refused");
        await api.AddWebhookAsync(api.OtherWorkspace(), "https://hooks.example.com/");
        using var page = await api.GetAsync(AlertApi.Webhooks + "?limit=7", secret);
        var cursor = (await page.JsonAsync()).Text("nextCursor");
        (await api.ItemsAsync($"{AlertApi.Webhooks}?limit=7&cursor={cursor}", secret)).Should().HaveCount(3);
    }

    [Fact]
    public async Task Webhooks_OfAnotherWorkspace_AreNeitherSeenNorDeletedNorToldAnything()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var api = await AlertApi.StartAsync();
        var sender = await api.SenderAsync();
        var (secret, other) = (api.Secret(), api.OtherWorkspace());
        var (id, _) = await api.AddWebhookAsync(secret, receiver.Url);

        (await api.ItemsAsync(AlertApi.Webhooks, other)).Should().BeEmpty();
        (await DeleteAsync(api, other, id)).Should().Be(HttpStatusCode.NotFound);
        await api.RaiseAsync("theirs", workspace: "other");
        await sender.SendDueAsync(TestContext.Current.CancellationToken);
        receiver.Messages.Should().BeEmpty();
        await api.RaiseAsync("ours");
        await sender.SendDueAsync(TestContext.Current.CancellationToken);
        receiver.Messages.Should().ContainSingle();
    }

    [Fact]
    public async Task Add_PlainHttpToThisMachine_NeedsTheOption()
    {
        await using var open = await AlertApi.StartAsync();
        await open.AddWebhookAsync(open.Secret(), "http://127.0.0.1:5000/");
        await open.AddWebhookAsync(open.Secret(), "http://localhost/");
    }

    internal static async Task<HttpStatusCode> DeleteAsync(TestApi api, string secret, string id)
    {
        using var response = await api.SendAsync(HttpMethod.Delete, $"{AlertApi.Webhooks}/{id}", secret);
        return response.StatusCode;
    }

    private static Task<TestApi> StartAsync(TestResolver? resolver = null) => TestApi.StartAsync(
        app: app => app.MapHirePandaApiKeys(ManagementApi.Keys),
        first: builder => builder.Services.AddSingleton<IHostResolver>(resolver ?? new TestResolver()));
}
