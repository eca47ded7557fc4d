using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace HirePanda.ApiKeys.EntityFrameworkCore.Tests;

/// <summary>The first key of a workspace, and keys of another system, over several nodes on one database.</summary>
public sealed class FirstKeyTests
{
    private static readonly CreateApiKeyRequest _admin = new() { Name = "Admin", Type = ApiKeyTypes.Production };

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task CreateFirst_ManyCallsOnTwoNodes_CreatesOneKeyThatWorksOnBoth(string provider)
    {
        var database = await Database.NewAsync(provider);
        await using var one = await database.StartAsync();
        await using var two = await database.StartAsync();

        var issued = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(
            () => (i % 2 == 0 ? one : two).ManageAsync(manager => manager.CreateFirstAsync("acme", _admin)))));

        var (key, secret) = issued.Should().ContainSingle(created => created != null).Subject!;
        (await one.VerifyAsync(secret)).Should().Be(ApiKeyOutcome.Valid);
        (await two.VerifyAsync(secret)).Should().Be(ApiKeyOutcome.Valid);
        (await one.ManageAsync(manager => manager.ListAsync(App.Admin))).Value!.Items.Should()
            .ContainSingle(listed => listed.Id == key.Id);
        (await two.ManageAsync(manager => manager.CreateFirstAsync("other", _admin))).Should().NotBeNull();
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task CreateFirstApiKey_BeforeTheHostStarts_CreatesTheTablesAndOneKey(string provider)
    {
        var database = await Database.NewAsync(provider);
        await using var app = Database.Build(keys => keys.AddEntityFrameworkStore(database.Use));

        var first = await app.CreateFirstApiKeyAsync("acme", _admin, TestContext.Current.CancellationToken);
        var again = await app.CreateFirstApiKeyAsync("acme", _admin, TestContext.Current.CancellationToken);

        first.Should().NotBeNull();
        again.Should().BeNull();
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Import_TheSameSecretOnTwoNodes_StoresItOnce(string provider)
    {
        var database = await Database.NewAsync(provider);
        await using var one = await database.StartAsync();
        await using var two = await database.StartAsync();
        var secret = ((ApiKeyIssuer)one.Services.GetService(typeof(ApiKeyIssuer))!).Issue("acme", _admin).Secret;

        var imported = await Task.WhenAll(new[] { one, two }.Select(node => Task.Run(
            () => node.ManageAsync(manager => manager.ImportAsync("acme", _admin, secret)))));

        imported.Should().ContainSingle(result => result.Succeeded);
        (await one.VerifyAsync(secret)).Should().Be(ApiKeyOutcome.Valid);
        (await two.VerifyAsync(secret)).Should().Be(ApiKeyOutcome.Valid);
    }
}
