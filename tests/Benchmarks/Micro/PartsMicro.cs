using System.Net;
using System.Security.Claims;
using System.Text;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>What a request of ours is made of, piece by piece.</summary>
[Config(typeof(MicroConfig))]
public class PartsMicro : IAsyncDisposable
{
    private readonly ContenderSet _set = new();
    private readonly NetworkList _one = new(Networks(1));
    private readonly NetworkList _three = new(Networks(3));
    private readonly NetworkList _thousand = new(Networks(1_000));
    private readonly IPAddress _address = IPAddress.Loopback;
    private string _secret = null!;
    private byte[] _bytes = null!;
    private ApiKeyHash _hash;
    private LiveKey _live = null!;
    private RateLimitDecision _decision;
    private ApiKeyVerifier _verifier = null!;
    private CompiledApiKeyOptions _settings = null!;
    private KeyLookup _lookup = null!;
    private TimeProvider _time = null!;
    private long _now;
    private UsageRecorder _recorder = null!;
    private Endpoint _endpoint = null!;
    private readonly DefaultHttpContext _response = new();

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        var (services, _) = await _set.AddAsync(Scenarios.Ours);
        _secret = Scenarios.Ours.Authorization!["Bearer ".Length..];
        _bytes = Encoding.ASCII.GetBytes(_secret);
        _verifier = services.GetRequiredService<ApiKeyVerifier>();
        _settings = services.GetRequiredService<ApiKeySettings>().Current;
        _lookup = services.GetRequiredService<KeyLookup>();
        _time = services.GetRequiredService<TimeProvider>();
        _hash = _settings.Hasher.Hash(_bytes);
        _recorder = services.GetRequiredService<UsageRecorder>();
        _endpoint = services.GetRequiredService<EndpointDataSource>().Endpoints[0];
        _response.Features.Set<IHttpResponseFeature>(new Started());
        _response.Response.ContentType = "application/json";
        _response.Request.Method = HttpMethods.Get;
        var verdict = await _verifier.VerifyAsync(_secret, new ApiKeyVerificationContext(_address));
        (_live, _decision, _now) = (verdict.Live!, verdict.Limit, _time.GetUtcNow().UtcTicks);
    }

    [Benchmark]
    public bool ParseAndChecksum() => _settings.Format.IsWellFormed(_bytes);

    [Benchmark]
    public int Hash() => _settings.Hasher.Hash(_bytes).GetHashCode();

    [Benchmark]
    public bool CacheHit() => _lookup.FindCached(_hash, _time.GetUtcNow().UtcTicks) is not null;

    [Benchmark]
    public bool Allowlist1() => _one.Contains(_address);

    [Benchmark]
    public bool Allowlist3() => _three.Contains(_address);

    [Benchmark]
    public bool Allowlist1000() => _thousand.Contains(_address);

    /// <summary>The clock goes on by what one permit takes to come back, so that none is ever refused.</summary>
    [Benchmark]
    public bool LimiterTake() => RateLimiter.Take(_live.Limits, _live.Buckets, 1, _now += TimeSpan.TicksPerSecond / RateLimit.MaxPermits).Admitted;

    [Benchmark]
    public string LimitField() => _decision.Field();

    [Benchmark]
    public ClaimsPrincipal Principal() => new(new ApiKeyIdentity(_live, ApiKeyDefaults.AuthenticationScheme, ApiKeyDefaults.AuthenticationScheme));

    /// <summary>All that counting a response costs at its end: one read of the clock, the endpoint's number, the latency's bucket, one cell.</summary>
    [Benchmark]
    public void Record() => _recorder.Record(_live.Activity, _response, _endpoint, _address, _now, _time.GetUtcNow().UtcTicks);

    [GlobalCleanup]
    public async ValueTask DisposeAsync()
    {
        await _set.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>So many networks, of which the last one listed holds the caller.</summary>
    internal static IEnumerable<IpNetwork> Networks(int count)
        => Parse(Enumerable.Range(0, count - 1).Select(i => $"10.{i / 256}.{i % 256}.0/25").Append("127.0.0.0/8"));

    internal static IEnumerable<IpNetwork> NetworksOfIPv6(int count)
        => Parse(Enumerable.Range(0, count - 1).Select(i => $"2001:db8:{i:x}::/56").Append("2001:db8:ffff::/48"));

    private static IEnumerable<IpNetwork> Parse(IEnumerable<string> networks)
        => networks.Select(text => IpNetwork.TryParse(text, out var network) ? network : throw new FormatException(text));

    /// <summary>A response that is on its way, as all are at their end.</summary>
    private sealed class Started : HttpResponseFeature
    {
        public override bool HasStarted => true;
    }
}
