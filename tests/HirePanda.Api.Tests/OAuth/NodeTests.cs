using System.Net;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace HirePanda.Api.Tests;

/// <summary>Several nodes, restarts, and what the database holds.</summary>
public sealed class NodeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Nodes_ThatStartTogether_ShareKeysAndTokens(string provider)
    {
        var database = await SampleDatabase.NewAsync(provider);
        var nodes = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => OAuthHost.StartAsync(database))));
        await using var first = nodes[0];
        await using var second = nodes[1];
        var app = await first.RegisterAsync();
        using var browser = await first.SignInAsync();

        var tokens = await Tokens.ReadAsync(await second.RedeemAsync(app, await OAuthHost.AllowAsync(browser, app)));
        var active = await first.IsActiveAsync(app, tokens.Access);
        using var revoked = await second.PostAsync(app, "revoke", ("token", tokens.Access));

        active.Should().BeTrue();
        (await first.IsActiveAsync(app, tokens.Access)).Should().BeFalse();
        (await KeysAsync(first)).Should().HaveCount(2);
    }

    [Theory]
    [InlineData("withdraw")]
    [InlineData("revoke")]
    [InlineData("delete")]
    public async Task Token_WithdrawnAtOneNode_IsRefusedByTheOther(string how)
    {
        var database = await SampleDatabase.NewAsync("postgres");
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var first = await OAuthHost.StartAsync(database);
        await using var second = await OAuthHost.StartAsync(database, all => all.AddSingleton<TimeProvider>(time));
        var app = await first.RegisterAsync();
        using var browser = await first.SignInAsync();
        var tokens = await first.GetTokensAsync(browser, app);
        var before = await second.ReadJobsAsync(tokens);

        await first.EndAsync(browser, app, tokens, how);
        time.Advance(TimeSpan.FromSeconds(2));
        var after = await second.ReadJobsAsync(tokens);

        before.Should().Be(HttpStatusCode.OK);
        after.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Restart_KeepsKeysAndTokens()
    {
        var database = await SampleDatabase.NewAsync("sqlite");
        App app;
        Tokens tokens;
        await using (var host = await OAuthHost.StartAsync(database))
        {
            app = await host.RegisterAsync();
            using var browser = await host.SignInAsync();
            tokens = await host.GetTokensAsync(browser, app);
        }

        await using var restarted = await OAuthHost.StartAsync(database);

        (await restarted.IsActiveAsync(app, tokens.Access)).Should().BeTrue();
        await Tokens.ReadAsync(await restarted.RefreshAsync(app, tokens.Refresh));
    }

    [Fact]
    public async Task Keys_InTheDatabase_AreNotReadable()
    {
        await using var host = await OAuthHost.StartAsync();
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        var tokens = await host.GetTokensAsync(browser, app);
        using var rsa = RSA.Create();

        foreach (var key in await KeysAsync(host))
        {
            var import = () => rsa.ImportPkcs8PrivateKey(key.ProtectedKey, out _);
            import.Should().Throw<CryptographicException>();
            key.ProtectedKey.Length.Should().BeGreaterThan(32 + 16);
        }

        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AccountsDbContext>();
        var stored = await db.OAuthClients.AsNoTracking().SingleAsync(Token);
        stored.ClientSecret.Should().NotBeNull().And.NotContain(app.Secret);
        (await db.Set<OAuthToken>().Select(token => token.Payload).ToListAsync(Token))
            .Should().OnlyContain(payload => payload == null || !tokens.Refresh.Contains(payload, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Upgrade_OfADatabaseWithoutOAuth_AddsTheTables()
    {
        var database = await SampleDatabase.NewAsync("sqlite");
        await using (var host = await OAuthHost.StartAsync(database))
        {
            await host.AddAsync("kept@hirepanda.test");
        }

        await using (var connection = new SqliteConnection(database.Value))
        {
            await connection.OpenAsync(Token);
            await using var drop = connection.CreateCommand();
            drop.CommandText = "DROP TABLE OpenIddictTokens; DROP TABLE OpenIddictAuthorizations; "
                + "DROP TABLE OpenIddictApplications; DROP TABLE OpenIddictScopes; DROP TABLE OAuthKeys";
            await drop.ExecuteNonQueryAsync(Token);
        }

        await using var upgraded = await OAuthHost.StartAsync(database);
        var app = await upgraded.RegisterAsync();
        using var browser = upgraded.Open();
        using var signedIn = await browser.SignInAsync("kept@hirepanda.test", SampleHost.Password);

        (await upgraded.GetTokensAsync(browser, app)).Access.Should().NotBeEmpty();
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Pruning_KeepsWhatIsInUse(string provider)
    {
        await using var host = await OAuthHost.StartAsync(await SampleDatabase.NewAsync(provider));
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        var tokens = await host.GetTokensAsync(browser, app);
        await using (var scope = host.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<AccountsDbContext>();
            var old = DateTime.UtcNow.AddDays(-30);
            await db.Set<OAuthToken>().Where(token => token.Type == "authorization_code" || token.Status == "redeemed")
                .ExecuteUpdateAsync(token => token.SetProperty(row => row.CreationDate, old), Token);
            await host.Services.GetServices<IHostedService>().OfType<OAuthPruning>().Single().PruneAsync(Token);

            (await db.Set<OAuthToken>().CountAsync(token => token.Status == "redeemed", Token)).Should().Be(0);
        }

        await Tokens.ReadAsync(await host.RefreshAsync(app, tokens.Refresh));
    }

    private static async Task<List<OAuthKey>> KeysAsync(OAuthHost host)
    {
        await using var scope = host.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<AccountsDbContext>().OAuthKeys.AsNoTracking().ToListAsync(Token);
    }
}
