using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Keys that the host creates: the first key of a workspace, and keys of another system.</summary>
public sealed class ImportTests
{
    private const string Legacy = "sk_old_5f2c0a9e7d1b4e6f8a3c";

    private static readonly CreateApiKeyRequest _request = new() { Name = "Old", Type = ApiKeyTypes.Ci, OwnerId = "ann" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CreateFirst_ManyTimesAtOnce_CreatesOneAndAuditsIt()
    {
        await using var api = await ManagementApi.StartAsync();

        var issued = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(
            () => ManageAsync(api, manager => manager.CreateFirstAsync(TestApi.Workspace, _request, Token)), Token)));

        var (key, secret) = issued.Should().ContainSingle(created => created != null).Subject!;
        (await api.StatusAsync(secret)).Should().Be(System.Net.HttpStatusCode.OK);
        var entry = (await api.Store.ListAuditAsync(TestApi.Workspace, null, 10, Token)).Should().ContainSingle().Subject;
        (entry.Actor, entry.Action, entry.KeyId).Should().Be((ApiKeyManager.SystemActor, "key.create", key.Id));
    }

    [Fact]
    public async Task CreateFirst_WithARequestThatIsWrong_ThrowsAndNamesIt()
    {
        await using var api = await ManagementApi.StartAsync();

        var create = () => ManageAsync(
            api, manager => manager.CreateFirstAsync(TestApi.Workspace, _request with { Tier = "root" }, Token));

        (await create.Should().ThrowAsync<ArgumentException>()).WithMessage("*tier*");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Import_ASecretOfAnotherSystemOrItsHash_IsVerified(bool byHash)
    {
        await using var api = await ManagementApi.StartAsync(
            options => options.IsLegacySecret = token => token.StartsWith("sk_old_", StringComparison.Ordinal));

        var imported = await ManageAsync(api, manager => byHash
            ? manager.ImportAsync(
                TestApi.Workspace, _request, new ApiKeyHash(SHA256.HashData(Encoding.UTF8.GetBytes(Legacy))), Token)
            : manager.ImportAsync(TestApi.Workspace, _request, Legacy, Token));

        imported.Succeeded.Should().BeTrue();
        (imported.Value!.OwnerId, imported.Value.Hint).Should().Be(("ann", ""));
        (await api.StatusAsync(Legacy)).Should().Be(System.Net.HttpStatusCode.OK);
        var entry = (await api.Store.ListAuditAsync(TestApi.Workspace, null, 10, Token)).Should().ContainSingle().Subject;
        (entry.Actor, entry.Action).Should().Be((ApiKeyManager.SystemActor, "key.import"));
        entry.After!.Value.GetRawText().Should().NotContain(Legacy);
    }

    [Fact]
    public async Task Import_ASecretThatExists_IsAConflict()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();

        var imported = await ManageAsync(api, manager => manager.ImportAsync(TestApi.Workspace, _request, secret, Token));

        imported.Failure!.Message.Should().Be("There is an API key with this secret already");
    }

    [Fact]
    public async Task Import_ASecretThatVerificationWouldRefuse_IsRefusedWithoutShowingIt()
    {
        await using var api = await ManagementApi.StartAsync();

        var imported = await ManageAsync(api, manager => manager.ImportAsync(TestApi.Workspace, _request, Legacy, Token));

        var detail = imported.Failure!.Details.Should().ContainSingle().Subject;
        detail.Field.Should().Be("secret");
        detail.Message.Should().NotContain(Legacy);
    }

    [Fact]
    public async Task Hasher_WithAPepper_HashesAsNewKeysAre()
    {
        await using var api = await ManagementApi.StartAsync(
            options => options.Hashing.Pepper = "a pepper that is long enough, really");
        var (key, secret) = api.Issue();

        api.Services.GetRequiredService<ApiKeyHasher>().Hash(secret).Should().Be(key.Hash);
    }

    private static async Task<T> ManageAsync<T>(TestApi api, Func<ApiKeyManager, Task<T>> call)
    {
        await using var scope = api.Services.CreateAsyncScope();
        return await call(scope.ServiceProvider.GetRequiredService<ApiKeyManager>());
    }
}
