using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>
/// A table of keys and an application that uses it. Like a database, the store creates a new record for each read, so that the
/// cache does not share objects with it.
/// </summary>
internal sealed class KeyTable : IApiKeyStore, IAsyncDisposable
{
    private readonly Dictionary<ApiKeyHash, int> _numbers = [];
    private readonly ApiKeyHash[] _hashes;
    private readonly WebApplication _app;
    private readonly SocketlessServer _server = new();
    private readonly ApiKeyVerificationContext _caller = new(IPAddress.Loopback);

    private KeyTable(int count)
    {
        (Secrets, _hashes) = (new string[count], new ApiKeyHash[count]);
        for (var i = 0; i < count; i++)
        {
            var (key, secret) = OurScenario.Issue();
            (Secrets[i], _hashes[i]) = (secret, key.Hash);
            _numbers.Add(key.Hash, i);
        }

        _app = new Scenario("keys", null) { Services = AddTo }.Build(builder => builder.Services.AddSingleton<IServer>(_server));
        Verifier = _app.Services.GetRequiredService<ApiKeyVerifier>();
    }

    public string[] Secrets { get; }

    public ApiKeyVerifier Verifier { get; }

    /// <summary>Creates the keys and starts the application.</summary>
    public static async Task<KeyTable> StartAsync(int count)
    {
        var table = new KeyTable(count);
        await table._app.StartAsync();
        return table;
    }

    /// <summary>Opens a connection.</summary>
    public Exchange Connect() => _server.Connect(null);

    /// <summary>Uses every key once, so that all keys are cached.</summary>
    public async Task FillAsync()
    {
        foreach (var secret in Secrets)
        {
            if (!(await Verifier.VerifyAsync(secret, _caller).ConfigureAwait(false)).IsValid)
            {
                throw new InvalidOperationException("A key of the table was refused.");
            }
        }
    }

    /// <summary>Verifies a cached key.</summary>
    public void Verify(int number)
    {
        var verdict = Verifier.VerifyAsync(Secrets[number], _caller);
        if (!verdict.IsCompletedSuccessfully || !verdict.Result.IsValid)
        {
            throw new InvalidOperationException("A verification had to wait or was refused, so its time is not valid.");
        }
    }

    /// <summary>Reads a secret, as a server does when it receives the secret.</summary>
    public void Receive(int number)
    {
        if (Secrets[number].Contains(' ', StringComparison.Ordinal))
        {
            throw new InvalidOperationException("A secret must not contain a space.");
        }
    }

    /// <summary>Counts one request of every key.</summary>
    public void CountUsage()
    {
        foreach (var activity in _app.Services.GetRequiredService<KeyActivities>().All)
        {
            activity.Count(new UsageCell(2, 200, 0, 50), 29_000_000);
        }
    }

    /// <summary>Creates a record as a read does.</summary>
    public ApiKey Record(int number) => Record(number, _hashes[number]);

    public ValueTask<ApiKey?> FindByHashAsync(IReadOnlyList<ApiKeyHash> hashes, CancellationToken cancellationToken)
        => new(Record(_numbers[hashes[0]], hashes[0]));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>Adds the library without background jobs, which would enumerate all keys every few seconds.</summary>
    private void AddTo(IServiceCollection services)
    {
        services.AddHirePandaApiKeys(options =>
        {
            options.Cache.Capacity = Math.Max(options.Cache.Capacity, 2 * Secrets.Length);
            options.Cache.Lifetime = TimeSpan.FromMinutes(5);
        });
        services.AddSingleton<IApiKeyStore>(this);
        services.RemoveAll<BackgroundJob>();
    }

    private ApiKey Record(int number, ApiKeyHash hash)
        => new()
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"key_{number:D32}"),
            Workspace = string.Create(CultureInfo.InvariantCulture, $"workspace-{number % 100}"),
            Hash = hash,
            Name = string.Create(CultureInfo.InvariantCulture, $"Key {number}"),
            Type = new string(ApiKeyTypes.Production.AsSpan()),
            Tier = new string(Scenario.Policy.AsSpan()),
            Hint = Secrets[number][..12],
            AllowedNetworks = [.. OurScenario.Networks.Select(network => new string(network.AsSpan()))],
            RateLimits = [new RateLimit(RateLimit.MaxPermits, TimeSpan.FromSeconds(1))],
        };
}
