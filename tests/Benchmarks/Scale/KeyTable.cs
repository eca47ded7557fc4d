using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>
/// So many keys and a verifier that knows them. As a database would, the store makes each record anew, so that the cache shares
/// nothing with it.
/// </summary>
internal sealed class KeyTable : IApiKeyStore, IDisposable
{
    private readonly Dictionary<ApiKeyHash, int> _numbers = [];
    private readonly ApiKeyHash[] _hashes;
    private readonly ServiceProvider _provider;
    private readonly ApiKeyCaller _caller = new(IPAddress.Loopback);

    public KeyTable(int count)
    {
        (Secrets, _hashes) = (new string[count], new ApiKeyHash[count]);
        for (var i = 0; i < count; i++)
        {
            var (key, secret) = OurScenario.Issue();
            (Secrets[i], _hashes[i]) = (secret, key.Hash);
            _numbers.Add(key.Hash, i);
        }

        var services = new ServiceCollection().AddLogging();
        services.AddHirePandaApiKeys(options =>
        {
            options.CacheCapacity = Math.Max(options.CacheCapacity, 2 * count);
            options.CacheLifetime = TimeSpan.FromMinutes(5);
        });
        services.AddSingleton<IApiKeyStore>(this);
        _provider = services.BuildServiceProvider();
        Verifier = _provider.GetRequiredService<ApiKeyVerifier>();
    }

    public string[] Secrets { get; }

    public ApiKeyVerifier Verifier { get; }

    /// <summary>Uses every key once, after which all are cached.</summary>
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
            throw new InvalidOperationException("A verification had to wait or was refused, so its time counts for nothing.");
        }
    }

    /// <summary>Reads a secret, as a server does that receives it.</summary>
    public int Receive(int number)
    {
        var sum = 0;
        foreach (var character in Secrets[number])
        {
            sum += character;
        }

        return sum;
    }

    /// <summary>Counts one request of every key.</summary>
    public void CountUsage()
    {
        foreach (var use in _provider.GetRequiredService<KeyUses>().All)
        {
            use.Count(new UsageCell(2, 200, 0, 50), 29_000_000);
        }
    }

    /// <summary>Makes a record, as if it had been read.</summary>
    public ApiKey Record(int number) => Record(number, _hashes[number]);

    public ValueTask<ApiKey?> FindByHashAsync(IReadOnlyList<ApiKeyHash> hashes, CancellationToken cancellationToken)
        => new(Record(_numbers[hashes[0]], hashes[0]));

    public void Dispose() => _provider.Dispose();

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
            AllowedNetworks = [.. OurScenario.Networks.Select(one => new string(one.AsSpan()))],
            RateLimits = [new RateLimit(RateLimit.MaxPermits, TimeSpan.FromSeconds(1))],
        };
}
