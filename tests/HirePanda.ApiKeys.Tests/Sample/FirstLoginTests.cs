using System.Data.Common;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The first accounts of the sample, and its sessions across restarts and nodes, in separate processes.</summary>
public sealed partial class FirstLoginTests
{
    private const string Owner = "owner@hirepanda.test";
    private const string SecondOwner = "owner@second.test";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task FirstStart_PrintsTheLoginOnce_AndARestartKeepsTheSession(string provider)
    {
        var database = await SampleDatabase.NewAsync(provider);
        var cookies = new CookieContainer();
        string password;
        await using (var first = await StartAsync(database))
        {
            first.Output.Should().MatchRegex(
                "(?m)^export HIREPANDA_API_KEY=hp_live_.*\\ncurl -H .*\\n"
                + "Dashboard login: owner@hirepanda\\.test [A-Za-z0-9]{20}$");
            password = Logins(first)[Owner];
            using var browser = new Browser(new Uri(first.Address), cookies: cookies);
            using var response = await browser.SignInAsync(Owner, password);
            response.StatusCode.Should().Be(HttpStatusCode.SeeOther);
            using var wrong = await browser.SignInAsync(Owner, password + "x");
            wrong.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
            (await first.TerminateAsync()).Should().Be(0);
            first.Output.Split('\n').Count(line => line.Contains(password)).Should().Be(1, "the password is in no log");
        }

        await using var second = await StartAsync(database);

        second.Output.Should().NotContain("Dashboard login");
        await ShouldKnowAsync(second, cookies, Owner);
        using var again = new Browser(new Uri(second.Address));
        using var signedIn = await again.SignInAsync(Owner, password);
        signedIn.StatusCode.Should().Be(HttpStatusCode.SeeOther);
    }

    [Fact]
    public async Task FirstStart_WithASecondWorkspace_PrintsBothLogins()
    {
        await using var app = await StartAsync(await SampleDatabase.NewAsync("sqlite"), ("Sample__SecondWorkspace", "true"));

        var logins = Logins(app);

        logins.Keys.Should().BeEquivalentTo(Owner, SecondOwner);
        logins[Owner].Should().NotBe(logins[SecondOwner]);
        using var browser = new Browser(new Uri(app.Address));
        using var response = await browser.SignInAsync(SecondOwner, logins[SecondOwner]);
        response.StatusCode.Should().Be(HttpStatusCode.SeeOther);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task FirstStart_OfTwoNodesAtOnce_MakesOneAccountAndSharesSessions(string provider)
    {
        var database = await SampleDatabase.NewAsync(provider);

        var nodes = await Task.WhenAll(StartAsync(database), StartAsync(database));

        var login = nodes.SelectMany(Logins).Should().ContainSingle().Subject;
        (await CountAsync(database, "SELECT COUNT(*) FROM \"AspNetUsers\"")).Should().Be(1);
        (await CountAsync(database, "SELECT COUNT(*) FROM \"DataProtectionKeys\""))
            .Should().Be(1, "a node reads the keys of others once a day");
        foreach (var (signedIn, other) in new[] { (nodes[0], nodes[1]), (nodes[1], nodes[0]) })
        {
            var cookies = new CookieContainer();
            using var browser = new Browser(new Uri(signedIn.Address), cookies: cookies);
            using var response = await browser.SignInAsync(login.Key, login.Value);
            response.StatusCode.Should().Be(HttpStatusCode.SeeOther);
            await ShouldKnowAsync(other, cookies, login.Key);
        }

        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Start_OnADatabaseOfAnOlderSample_AddsTheAccountsAndKeepsTheKeys(string provider)
    {
        var database = await SampleDatabase.NewAsync(provider);
        await using (var first = await StartAsync(database))
        {
            (await first.TerminateAsync()).Should().Be(0);
        }

        foreach (var table in new[]
        {
            "AspNetUserTokens", "AspNetUserLogins", "AspNetUserClaims", "AspNetUsers", "DataProtectionKeys",
        })
        {
            await CountAsync(database, $"DROP TABLE \"{table}\"");
        }

        await using (var upgraded = await StartAsync(database))
        {
            upgraded.SecretsShown.Should().BeEmpty("there are keys already");
            Logins(upgraded).Keys.Should().Equal(Owner);
            (await upgraded.TerminateAsync()).Should().Be(0);
        }

        await CountAsync(database, "DROP TABLE \"AspNetUserTokens\"");
        await using var repaired = await StartAsync(database);

        Logins(repaired).Should().BeEmpty();
        (await CountAsync(database, "SELECT COUNT(*) FROM \"AspNetUserTokens\"")).Should().Be(0, "the table is back");
    }

    [Fact]
    public async Task Login_FormThatIsTooLarge_IsRefused()
    {
        await using var app = await StartAsync(await SampleDatabase.NewAsync("sqlite"));
        using var browser = new Browser(new Uri(app.Address));
        using var page = await browser.GetAsync("/login");

        using var response = await browser.PostAsync(
            "/login", ("__RequestVerificationToken", await Browser.TokenAsync(page)), ("email", new string('x', 20_000)));

        ((int)response.StatusCode).Should().BeOneOf(400, 413);
        app.Output.Should().NotContain("Unhandled exception");
    }

    private static Task<AppProcess> StartAsync((string, string) database, params (string, string)[] settings)
        => AppProcess.StartAsync(AppProcess.SampleDll, environment: [database, .. settings]);

    private static Dictionary<string, string> Logins(AppProcess app)
        => Login().Matches(app.Output).ToDictionary(line => line.Groups["email"].Value, line => line.Groups["password"].Value);

    /// <summary>Opens the start page with the cookies of another process.</summary>
    private static async Task ShouldKnowAsync(AppProcess app, CookieContainer cookies, string email)
    {
        // Cookies do not distinguish ports.
        using var browser = new Browser(new Uri(app.Address), cookies: cookies);
        using var start = await browser.GetAsync("/");
        (await start.TextAsync()).Should().Contain(email);
    }

    private static async Task<long> CountAsync((string Name, string Value) database, string sql)
    {
        await using DbConnection connection = database.Name.EndsWith("Postgres", StringComparison.Ordinal)
            ? new NpgsqlConnection(database.Value)
            : new SqliteConnection(database.Value);
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(await command.ExecuteScalarAsync(Token), null);
    }

    [GeneratedRegex("^Dashboard login: (?<email>\\S+) (?<password>\\S+)$", RegexOptions.Multiline)]
    private static partial Regex Login();
}
