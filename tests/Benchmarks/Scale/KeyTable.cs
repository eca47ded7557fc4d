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
    private readonly ServiceProvider _provider;
    private readonly ApiKeyCaller _caller = new(IPAddress.Loopback);

    public KeyTable(int count)
    {
        Secrets = new string[count];
        for (var i = 0; i < count; i++)
        {
            var (key, secret) = OurScenario.Issue();
            Secrets[i] = secret;
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

    public ValueTask<ApiKey?> FindByHashAsync(IReadOnlyList<ApiKeyHash> hashes, CancellationToken cancellationToken)
    {
        var number = _numbers[hashes[0]];
        return new(new ApiKey
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"key_{number:D32}"),
            Workspace = string.Create(CultureInfo.InvariantCulture, $"workspace-{number % 100}"),
            Hash = hashes[0],
            Name = string.Create(CultureInfo.InvariantCulture, $"Key {number}"),
            Type = new string(ApiKeyTypes.Production.AsSpan()),
            Tier = new string(Scenario.Policy.AsSpan()),
            Hint = Secrets[number][..12],
            AllowedNetworks = [.. OurScenario.Networks.Select(one => new string(one.AsSpan()))],
            RateLimits = [new RateLimit(RateLimit.MaxPermits, TimeSpan.FromSeconds(1))],
        });
    }

    public void Dispose() => _provider.Dispose();
}
