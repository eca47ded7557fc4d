using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.Api.Tests;

/// <summary>Takes the client's address from a header, because requests in memory have none.</summary>
internal sealed class TestAddress : IStartupFilter
{
    public const string Header = "X-Test-Address";

    public static void AddTo(IServiceCollection services) => services.AddSingleton<IStartupFilter, TestAddress>();

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, following) =>
        {
            context.Connection.RemoteIpAddress = IPAddress.Parse(context.Request.Headers[Header].ToString());
            return following(context);
        });
        next(app);
    };
}
