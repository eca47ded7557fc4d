using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.Versioning;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.EntityFrameworkCore.Tests;

/// <summary>The files of a SQLite database, and writes while another process has locked one.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class SqliteFileTests
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_NewFile_IsReadableByItsOwnerAlone()
    {
        var folder = Directory.CreateTempSubdirectory("hirepanda-sqlite-").FullName;
        await using var app = await Database.Sqlite(Path.Combine(folder, "keys.db")).StartAsync();
        await app.CreateAsync();

        Directory.GetFiles(folder).Select(Path.GetFileName).Should().BeEquivalentTo("keys.db", "keys.db-wal", "keys.db-shm");
        Directory.GetFiles(folder).Should().OnlyContain(file => File.GetUnixFileMode(file) == Private);
    }

    [Theory]
    [InlineData(Private | UnixFileMode.GroupRead)]
    [InlineData(Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead)]
    public async Task Start_FileThatExists_KeepsItsMode(UnixFileMode mode)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("hirepanda-sqlite-").FullName, "keys.db");
        await File.WriteAllBytesAsync(file, [], Token);
        File.SetUnixFileMode(file, mode);

        await using var app = await Database.Sqlite(file).StartAsync();
        await app.CreateAsync();

        File.GetUnixFileMode(file).Should().Be(mode);
        File.GetUnixFileMode(file + "-wal").Should().Be(mode);
    }

    [Fact]
    public async Task Start_FileThatMustExist_IsNotCreated()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("hirepanda-sqlite-").FullName, "keys.db");

        var start = () => Database.Sqlite($"{file};Mode=ReadWrite").StartAsync();

        await start.Should().ThrowAsync<InvalidOperationException>().WithMessage("*cannot be opened or written*");
        File.Exists(file).Should().BeFalse();
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task AddWebhook_WithAPepper_StoresNoClearSecret(string provider)
    {
        var database = await Database.NewAsync(provider);
        await using var app = await database.StartAsync(services => services.Configure<ApiKeyOptions>(
            ApiKeyDefaults.AuthenticationScheme, options => options.Hashing.Pepper = "a pepper of at least 32 characters"));

        var webhook = (
            await app.ManageAsync((ApiKeyAlertManager manager) => manager.AddWebhookAsync(App.Admin, "https://8.8.8.8/"))).Value!;

        await using var scope = app.Services.CreateAsyncScope();
        var row = await scope.ServiceProvider.GetRequiredService<ApiKeyDbContext>().Set<WebhookRow>().SingleAsync(Token);
        webhook.Secret.Should().StartWith("whsec_");
        row.Secret.Should().StartWith("pepper1:").And.NotContain(webhook.Secret[6..]);
    }

    [Fact]
    public async Task Write_WhileAnotherProcessHasTheFileLocked_IsAnswered503Soon_AndNothingElseIsHeldUp()
    {
        var database = await Database.NewAsync("sqlite");
        await using var app = await database.StartAsync();
        var admin = (
            await app.ManageAsync(
                manager => manager.CreateAsync(
                    App.Admin, new CreateApiKeyRequest { Type = ApiKeyTypes.Production, Name = "Admin" }))).Value!;
        app.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", admin.Secret);
        await using (var other = new SqliteConnection(database.ConnectionString))
        {
            await other.OpenAsync(Token);
            await using var transaction = other.BeginTransaction(deferred: false);
            var usage = TimedAsync(() => app.Client.GetAsync("/api-keys/usage", Token));
            var creates = Enumerable.Range(0, 10)
                .Select(_ => TimedAsync(() => app.Client.PostAsJsonAsync("/api-keys", new { name = "x", type = "ci" }, Token)))
                .ToList();
            var read = await TimedAsync(() => app.Client.GetAsync("/api-keys", Token));

            read.Should()
                .Match<(HttpStatusCode Status, TimeSpan Took)>(
                    answer => answer.Status == HttpStatusCode.OK && answer.Took < TimeSpan.FromSeconds(4));
            (await usage).Should().Match<(HttpStatusCode Status, TimeSpan Took)>(
                answer => answer.Status == HttpStatusCode.ServiceUnavailable && answer.Took < TimeSpan.FromSeconds(9));
            (await Task.WhenAll(creates)).Should().OnlyContain(
                answer => answer.Status == HttpStatusCode.ServiceUnavailable && answer.Took < TimeSpan.FromSeconds(14));
        }

        using var created = await app.Client.PostAsJsonAsync("/api-keys", new { name = "x", type = "ci" }, Token);
        using var report = await app.Client.GetAsync("/api-keys/usage", Token);
        created.StatusCode.Should().Be(HttpStatusCode.Created);
        report.StatusCode.Should().Be(HttpStatusCode.OK);
        (await app.ManageAsync(manager => manager.ListAsync(App.Admin))).Value!.Items.Should()
            .HaveCount(2, "what was answered 503 was not stored");
    }

    private static async Task<(HttpStatusCode Status, TimeSpan Took)> TimedAsync(Func<Task<HttpResponseMessage>> call)
    {
        var since = Stopwatch.StartNew();
        using var response = await call();
        return (response.StatusCode, since.Elapsed);
    }
}
