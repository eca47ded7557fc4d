using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace HirePanda.Api;

/// <summary>
/// Creates the first accounts if there are none, on one node only, and prints their passwords once. It runs after
/// <see cref="FirstStart"/>, also on a database that has keys but no accounts.
/// </summary>
internal sealed class FirstLogins(IServiceScopeFactory scopes, IConfiguration configuration) : IHostedLifecycleService
{
    private const int PasswordLength = 20;

    /// <summary>Letters and digits without those that look like others.</summary>
    private const string PasswordCharacters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AccountsDbContext>();
        var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        var logins = new List<(string Email, string Password)>();
        await using (var transaction = await AccountTables.LockAsync(db, cancellationToken))
        {
            if (await db.Users.AnyAsync(cancellationToken))
            {
                return;
            }

            logins.Add(await CreateAsync(accounts, "owner@hirepanda.test", FirstStart.Workspace));
            if (configuration.GetValue<bool>("Sample:SecondWorkspace"))
            {
                logins.Add(await CreateAsync(accounts, "owner@second.test", FirstStart.SecondWorkspace));
            }

            await transaction.CommitAsync(cancellationToken);
        }

        foreach (var (email, password) in logins)
        {
            Console.WriteLine($"Dashboard login: {email} {password}");
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static async Task<(string Email, string Password)> CreateAsync(
        UserManager<Account> accounts, string email, string workspace)
    {
        var password = RandomNumberGenerator.GetString(PasswordCharacters, PasswordLength);
        var result = await accounts.CreateAsync(
            new Account { UserName = email, Email = email, EmailConfirmed = true, Workspace = workspace }, password);
        return result.Succeeded ? (email, password)
            : throw new InvalidOperationException($"The account {email} could not be created: {result}");
    }
}
