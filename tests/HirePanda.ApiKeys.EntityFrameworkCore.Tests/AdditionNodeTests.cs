using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace HirePanda.ApiKeys.EntityFrameworkCore.Tests;

/// <summary>Idempotent creation, and finding by secret, on several nodes that share a database.</summary>
public sealed class AdditionNodeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Create_RepeatedOnSeveralNodesAtOnce_CreatesOneKey(string provider)
    {
        var database = await Database.NewAsync(provider);
        await using var one = await database.StartAsync();
        await using var two = await database.StartAsync();
        var admin = await AdminAsync(one);
        (await two.VerifyAsync(admin)).Should().Be(ApiKeyOutcome.Valid);

        for (var round = 0; round < 3; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
                () => SendAsync(i % 2 == 0 ? one : two, admin, "/api-keys", new { name = "x", type = "ci" }, $"form-{round}"),
                Token)));

            var created = answers.Should().ContainSingle(answer => answer.StatusCode == HttpStatusCode.Created).Subject;
            var id = JsonDocument.Parse(await created.Content.ReadAsStringAsync(Token)).RootElement.GetProperty("id").GetString();
            answers.Where(answer => answer != created).Should().OnlyContain(answer
                => answer.StatusCode == HttpStatusCode.Conflict && answer.Headers.Location!.OriginalString == $"/api-keys/{id}");
        }

        var query = new ApiKeyQuery { Workspace = "acme", Type = "ci", Limit = 100, Now = DateTimeOffset.MaxValue };
        (await one.Store.ListKeysAsync(query, Token)).Should().HaveCount(3);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Find_OnAnotherNode_AnswersTheKeyAndAuditsIt(string provider)
    {
        var database = await Database.NewAsync(provider);
        await using var one = await database.StartAsync();
        await using var two = await database.StartAsync();
        var admin = await AdminAsync(one);
        var (key, secret) = await one.CreateAsync("leaked");

        using var found = await SendAsync(two, admin, "/api-keys/find", new { secret });
        using var unknown = await SendAsync(two, admin, "/api-keys/find", new { secret = secret[..^1] });

        found.StatusCode.Should().Be(HttpStatusCode.OK);
        unknown.StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await found.Content.ReadAsStringAsync(Token)).Should().Contain(key.Id).And.NotContain(secret);
        var audited = await one.Store.ListAuditAsync(
            new ApiKeyAuditQuery { Workspace = "acme", KeyId = key.Id, Action = "key.find", Limit = 10 }, Token);
        audited.Should().ContainSingle();
    }

    private static async Task<string> AdminAsync(App app)
        => (await app.ManageAsync(manager => manager.CreateAsync(
            App.Admin, new CreateApiKeyRequest { Name = "admin", Type = "production" }, Token))).Value!.Secret;

    private static async Task<HttpResponseMessage> SendAsync(
        App app, string secret, string path, object body, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Authorization = new("Bearer", secret);
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        return await app.Client.SendAsync(request, Token);
    }
}
