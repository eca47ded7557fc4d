using System.Net;
using System.Text.Json;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Finding a key by its secret.</summary>
public sealed class FindTests
{
    private const string OldPepper = "old pepper, at least 32 characters long";
    private const string NewPepper = "new pepper, at least 32 characters long";

    [Theory]
    [InlineData("active")]
    [InlineData("disabled")]
    [InlineData("expired")]
    [InlineData("revoked")]
    public async Task Find_AKeyOfAnyStatus_AnswersItWithoutTheSecret(string status)
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var (key, secret) = api.Issue(change: key => status switch
        {
            "disabled" => key with { IsEnabled = false },
            "expired" => key with { ExpiresAt = TestApi.Start.AddSeconds(-1) },
            "revoked" => key with { RevokedAt = TestApi.Start },
            _ => key,
        });

        using var response = await api.PostAsync("/find", admin, new { secret });

        response.StatusCode.Should().Be(HttpStatusCode.OK, await response.TextAsync());
        response.Header("Cache-Control").Should().Be("no-store");
        var found = await response.JsonAsync();
        (found.Text("id"), found.Text("status")).Should().Be((key.Id, status));
        (await response.TextAsync()).Should().NotContain(secret);
    }

    [Fact]
    public async Task Find_AnyOtherSecret_HasTheSameAnswerAndTheSameEntry()
    {
        await using var api = await ManagementApi.StartAsync();
        var (caller, admin) = api.Issue();
        var answers = new HashSet<string>();
        string[] secrets =
        [
            api.OtherWorkspace(), api.UnknownSecret(), admin[..^1] + (admin[^1] == '0' ? "1" : "0"), "", "x", new('x', 2000),
            "hp_live_\u0000", "🐼",
        ];
        foreach (var secret in secrets)
        {
            using var response = await api.PostAsync("/find", admin, new { secret });

            response.StatusCode.Should().Be(HttpStatusCode.NotFound, secret);
            answers.Add(await response.TextAsync());
        }

        answers.Should().ContainSingle();
        var entries = await api.ItemsAsync(ManagementApi.Keys + "/audit?action=key.find.refused", admin);
        entries.Should().HaveCount(secrets.Length);
        entries.Should().OnlyContain(entry => entry.GetProperty("keyId").ValueKind == JsonValueKind.Null
            && entry.GetProperty("before").ValueKind == JsonValueKind.Null
            && entry.GetProperty("after").ValueKind == JsonValueKind.Null
            && entry.Text("actor") == caller.Id);
        (await api.ItemsAsync(ManagementApi.Keys + "/audit", api.OtherWorkspace())).Should().BeEmpty();
    }

    [Fact]
    public async Task Find_ByABoundCaller_FindsKeysOfItsOwnerAlone()
    {
        await using var api = await ManagementApi.StartAsync();
        var (_, ann) = api.Issue(new CreateApiKeyRequest { Name = "a", Type = "production", OwnerId = "ann" });
        var (hers, secret) = api.Issue(new CreateApiKeyRequest { Name = "b", Type = "ci", OwnerId = "ann" });
        var (_, bobs) = api.Issue(new CreateApiKeyRequest { Name = "c", Type = "ci", OwnerId = "bob" });

        using var found = await api.PostAsync("/find", ann, new { secret });
        using var hidden = await api.PostAsync("/find", ann, new { secret = bobs });

        (await found.JsonAsync()).Text("id").Should().Be(hers.Id);
        hidden.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Find_AKey_IsAuditedWithItsIdAndTheSecretIsNowhere()
    {
        await using var api = await ManagementApi.StartAsync();
        var (caller, admin) = api.Issue();
        var (key, secret) = api.Issue();
        var unknown = api.UnknownSecret();

        await api.PostAsync("/find", admin, new { secret });
        await api.PostAsync("/find", admin, new { secret = unknown });

        using var audit = await api.GetAsync(ManagementApi.Keys + "/audit", admin);
        var entry = (await audit.JsonAsync()).GetProperty("items").EnumerateArray()
            .Should().ContainSingle(one => one.Text("action") == "key.find").Which;
        (entry.Text("keyId"), entry.Text("actor")).Should().Be((key.Id, caller.Id));
        var logs = api.Logs.All;
        foreach (var one in new[] { secret, unknown })
        {
            (await audit.TextAsync()).Should().NotContain(one);
            logs.Should().NotContain(one);
        }
    }

    [Fact]
    public async Task Find_AfterThePepperChanged_TriesEveryHash()
    {
        await using var old = await ManagementApi.StartAsync(options => options.Hashing.Pepper = OldPepper);
        await using var plain = await ManagementApi.StartAsync();
        await using var api = await ManagementApi.StartAsync(options =>
        {
            options.Hashing.Pepper = NewPepper;
            options.Hashing.PreviousPeppers = [OldPepper];
            options.Hashing.AcceptUnpepperedHashes = true;
        });
        var admin = api.Secret();
        (ApiKey Key, string Secret)[] keys = [old.Issue(), plain.Issue(), api.Issue()];
        api.Store.Add(keys[0].Key);
        api.Store.Add(keys[1].Key);
        foreach (var (key, secret) in keys)
        {
            using var response = await api.PostAsync("/find", admin, new { secret });

            (await response.JsonAsync()).Text("id").Should().Be(key.Id);
        }
    }

    [Fact]
    public async Task Find_ASecretOfAnOlderSystem_IsFound()
    {
        await using var api = await ManagementApi.StartAsync(
            options => options.IsLegacySecret = token => token.StartsWith("sk_old_", StringComparison.Ordinal));
        const string Legacy = "sk_old_ключ";
        var (key, _) = api.Issue(change: key => key with
        {
            Hash = new ApiKeyHash(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Legacy))),
        });

        using var response = await api.PostAsync("/find", api.Secret(), new { secret = Legacy });

        (await response.JsonAsync()).Text("id").Should().Be(key.Id);
    }

    [Theory]
    [InlineData("{}", "secret")]
    [InlineData("""{"secret":null}""", "secret")]
    [InlineData("""{"secret":1}""", "secret")]
    [InlineData("""{"secret":"x","more":1}""", "more")]
    public async Task Find_WithABadBody_IsRefusedByItsField(string body, string field)
    {
        await using var api = await ManagementApi.StartAsync();

        using var response = await api.PostAsync("/find", api.Secret(), body);

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.FieldsAsync()).Should().Equal(field);
    }

    [Fact]
    public async Task Find_AKeyThatAnotherNodeHasRevoked_EndsItHere()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var (key, secret) = api.Issue();
        (await api.StatusAsync(secret)).Should().Be(HttpStatusCode.OK);
        api.Store.Change(key, stored => stored with { RevokedAt = TestApi.Start });

        await api.PostAsync("/find", admin, new { secret });

        (await api.StatusAsync(secret)).Should().Be(HttpStatusCode.Unauthorized, "what is shown as revoked is not admitted");
    }
}
