using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>Endpoints that a host adds while it runs, as plug-ins do.</summary>
internal sealed class LateEndpoints : EndpointDataSource, IDisposable
{
    private readonly CancellationTokenSource _changed = new();
    private IReadOnlyList<Endpoint> _endpoints = [];

    public override IReadOnlyList<Endpoint> Endpoints => _endpoints;

    public override IChangeToken GetChangeToken()
        => _endpoints.Count == 0 ? new CancellationChangeToken(_changed.Token) : new CancellationChangeToken(default);

    /// <summary>Adds endpoints.</summary>
    public void Map(IServiceProvider services, Action<IEndpointRouteBuilder> map)
    {
        var routes = new Routes(services);
        map(routes);
        _endpoints = [.. routes.DataSources.SelectMany(source => source.Endpoints)];
        _changed.Cancel();
    }

    public void Dispose() => _changed.Dispose();

    private sealed class Routes(IServiceProvider services) : IEndpointRouteBuilder
    {
        public IServiceProvider ServiceProvider { get; } = services;

        public ICollection<EndpointDataSource> DataSources { get; } = [];

        public IApplicationBuilder CreateApplicationBuilder() => new ApplicationBuilder(ServiceProvider);
    }
}
