using System.Data.Common;
using HirePanda.Api;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Lets the database of the accounts and of OAuth fail.</summary>
internal sealed class Outage : DbConnectionInterceptor
{
    public bool IsOn { get; set; }

    public void AddTo(IServiceCollection services)
        => services.ConfigureDbContext<AccountsDbContext>(db => db.AddInterceptors(this));

    public override ValueTask<InterceptionResult> ConnectionOpeningAsync(
        DbConnection connection,
        ConnectionEventData eventData,
        InterceptionResult result,
        CancellationToken cancellationToken = default)
        => IsOn ? throw new Failure() : new(result);

    private sealed class Failure : DbException;
}
