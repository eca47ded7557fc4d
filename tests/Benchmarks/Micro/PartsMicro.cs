using System.Net;
using System.Security.Claims;
using System.Text;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>The parts of a request with this library.</summary>
[Config(typeof(MicroConfig))]
public class PartsMicro : IAsyncDisposable
{
    private readonly ContenderSet _set = new();
    private readonly NetworkList _single = new(Networks(1));
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
    public bool Allowlist1() => _single.Contains(_address);

    [Benchmark]
    public bool Allowlist3() => _three.Contains(_address);

    [Benchmark]
    public bool Allowlist1000() => _thousand.Contains(_address);

    /// <summary>Takes a permit. The clock advances by the time that one permit needs to return, so no call is refused.</summary>
    [Benchmark]
    public bool LimiterTake()
        => RateLimiter.Take(_live.Limits, _live.Buckets, 1, _now += TimeSpan.TicksPerSecond / RateLimit.MaxPermits).Admitted;

    [Benchmark]
    public string LimitField() => _decision.Field();

    [Benchmark]
    public ClaimsPrincipal Principal()
        => new(new ApiKeyIdentity(_live, ApiKeyDefaults.AuthenticationScheme, ApiKeyDefaults.AuthenticationScheme));

    /// <summary>
    /// Counts a response at its end: one read of the clock, the endpoint's number, the latency bucket, and one cell.
    /// </summary>
    [Benchmark]
    public void Record() => _recorder.Record(_live.Activity, _response, _endpoint, _address, _now, _time.GetUtcNow().UtcTicks);

    [GlobalCleanup]
    public async ValueTask DisposeAsync()
    {
        await _set.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Creates the given number of networks. The last one contains the caller.</summary>
    internal static IEnumerable<IpNetwork> Networks(int count)
        => Parse(Enumerable.Range(0, count - 1).Select(i => $"10.{i / 256}.{i % 256}.0/25").Append("127.0.0.0/8"));

    internal static IEnumerable<IpNetwork> NetworksOfIPv6(int count)
        => Parse(Enumerable.Range(0, count - 1).Select(i => $"2001:db8:{i:x}::/56").Append("2001:db8:ffff::/48"));

    private static IEnumerable<IpNetwork> Parse(IEnumerable<string> networks)
        => networks.Select(text => IpNetwork.TryParse(text, out var network) ? network : throw new FormatException(text));

    /// <summary>A response that has started, like every response at its end.</summary>
    private sealed class Started : HttpResponseFeature
    {
        public override bool HasStarted => true;
    }
}
