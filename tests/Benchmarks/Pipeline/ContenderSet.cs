using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>The applications to measure in this process. A listener receives all metrics of this library.</summary>
internal sealed class ContenderSet : IAsyncDisposable
{
    private readonly List<WebApplication> _apps = [];
    private readonly List<Contender> _contenders = [];
    private readonly MeterListener _listener;
    private int _storeReads;

    public ContenderSet() => _listener = Listen();

    public IReadOnlyList<Contender> Contenders => _contenders;

    /// <summary>
    /// Gets the number of store reads for all contenders, including the first request of each key and the cache refreshes.
    /// </summary>
    public int StoreReads => Volatile.Read(ref _storeReads);

    /// <summary>Starts an application, and adds a contender whose requests return 200.</summary>
    public async Task<(IServiceProvider Services, SocketlessServer Server)> AddAsync(Scenario scenario)
    {
        var server = new SocketlessServer();
        var app = scenario.Build(builder => builder.Services.AddSingleton<IServer>(server));
        _apps.Add(app);
        await app.StartAsync();
        await AddAsync(new RequestContender(scenario.Name, server.Connect(scenario.Authorization), StatusCodes.Status200OK));
        return (app.Services, server);
    }

    /// <summary>Starts this library's application, and adds contenders for refused requests and for the verifier alone.</summary>
    public async Task AddOursAsync()
    {
        var (services, server) = await AddAsync(Scenarios.Ours);
        var authorization = Scenarios.Ours.Authorization!;
        await AddAsync(new RequestContender("challenge", server.Connect(null), StatusCodes.Status401Unauthorized));
        await AddAsync(new RequestContender("junk", server.Connect(null), StatusCodes.Status401Unauthorized)
        {
            Authorizations = OurScenario.Junk(authorization, 16),
        });
        var again = server.Connect(OurScenario.Junk(authorization, 1)[0]);
        await AddAsync(new RequestContender("junk-again", again, StatusCodes.Status401Unauthorized));
        await AddAsync(new VerifierContender(services.GetRequiredService<ApiKeyVerifier>(), authorization["Bearer ".Length..]));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps)
        {
            await app.DisposeAsync();
        }

        _listener.Dispose();
    }

    /// <summary>Adds a contender after it has completed one operation as expected.</summary>
    private async Task AddAsync(Contender contender)
    {
        await contender.PrimeAsync();

        // The measurements must not run on the call stack of the first request.
        await Task.Yield();
        _contenders.Add(contender);
    }

    private MeterListener Listen()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "HirePanda.ApiKeys")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
        {
            if (instrument.Name == "hirepanda.api_keys.store.reads")
            {
                Interlocked.Add(ref _storeReads, (int)value);
            }
        });
        listener.SetMeasurementEventCallback<int>(static (_, _, _, _) => { });
        listener.SetMeasurementEventCallback<double>(static (_, _, _, _) => { });
        listener.Start();
        return listener;
    }
}
