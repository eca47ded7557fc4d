using System.Net;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Options that are not valid. A message names the option as configuration does.</summary>
public sealed class OptionsValidatorTests
{
    private static readonly string _pepper = new('x', 40);

    public static TheoryData<string, Action<ApiKeyOptions>> Bad => new()
    {
        { "Brand must be", options => options.Brand = "Hire Panda" },
        { "Brand must be", options => options.Brand = "" },
        { "Brand must be", options => options.Brand = "seventeencharacte" },
        { "Brand must be", options => options.Brand = null! },
        { "PolicyPrefix must be", options => options.PolicyPrefix = "with space" },
        { "PolicyPrefix must be", options => options.PolicyPrefix = new string('x', 101) },
        { "HeaderNames:0 must be", options => options.HeaderNames = ["X API Key"] },
        { "HeaderNames:1 must be", options => options.HeaderNames = ["X-API-Key", ""] },
        { "HeaderNames:0 must be", options => options.HeaderNames = [null!] },
        { "HeaderNames:0 is 'authorization'", options => options.HeaderNames = ["authorization"] },
        { "HeaderNames:2 is 'x-api-key'", options => options.HeaderNames = ["X-API-Key", "X-Key", "x-api-key"] },
        { "HeaderNames must not be null", options => options.HeaderNames = null! },
        { "DefaultRateLimit must", options => options.DefaultRateLimit = new RateLimit(0, TimeSpan.FromSeconds(60)) },
        { "DefaultRateLimit must", options => options.DefaultRateLimit = new RateLimit(1, TimeSpan.FromMilliseconds(1500)) },
        { "MaxRateLimit must", options => options.MaxRateLimit = default(RateLimit) },
        { "MaxActiveKeys must be", options => options.MaxActiveKeys = 0 },
        { "ExpiryHeaderWindow must be", options => options.ExpiryHeaderWindow = TimeSpan.FromDays(-1) },
        {
            "Cache:Lifetime must be from 00:00:01 to 00:05:00, but it is 00:06:00",
            options => options.Cache.Lifetime = TimeSpan.FromMinutes(6)
        },
        { "Cache:Lifetime must be", options => options.Cache.Lifetime = TimeSpan.Zero },
        { "Cache:NegativeLifetime must be", options => options.Cache.NegativeLifetime = TimeSpan.FromSeconds(-1) },
        { "Cache:Capacity must be", options => options.Cache.Capacity = 0 },
        { "Cache:NegativeCapacity must be", options => options.Cache.NegativeCapacity = 100_000_001 },
        { "Cache:StoreTimeout must be", options => options.Cache.StoreTimeout = TimeSpan.Zero },
        { "Cache:MaxStoreReads must be", options => options.Cache.MaxStoreReads = 0 },
        { "Hashing:Pepper must have", options => options.Hashing.Pepper = "short" },
        { "need a current pepper. Set Hashing:Pepper", options => options.Hashing.PreviousPeppers = [_pepper] },
        { "need a current pepper. Set Hashing:Pepper", options => options.Hashing.AcceptUnpepperedHashes = true },
        { "Hashing:PreviousPeppers:0 must", options => SetPeppers(options, _pepper, "short") },
        { "Hashing:PreviousPeppers:1 must", options => SetPeppers(options, _pepper, _pepper, null!) },
        { "Hashing:PreviousPeppers must not be null", options => options.Hashing.PreviousPeppers = null! },
        { "at most 3 ways", options =>
            {
                SetPeppers(options, _pepper, new string('y', 40), new string('z', 40));
                options.Hashing.AcceptUnpepperedHashes = true;
            }
        },
        { "FailedAttempts:PerMinute must be", options => options.FailedAttempts.PerMinute = 0 },
        { "FailedAttempts:AlertThreshold must be", options => options.FailedAttempts.AlertThreshold = 1 },
        { "FailedAttempts:AlertWindow must be", options => options.FailedAttempts.AlertWindow = TimeSpan.Zero },
        { "Usage:MinuteRetention must be", options => options.Usage.MinuteRetention = TimeSpan.FromHours(1) },
        { "Usage:HourRetention must be", options => options.Usage.HourRetention = TimeSpan.FromDays(7) },
        { "Usage:DayRetention must be", options => options.Usage.DayRetention = TimeSpan.FromDays(30) },
        { "Usage:CountryHeaderName must be", options => options.Usage.CountryHeaderName = "no:colon" },
        { "Alerts:RateLimitThreshold must be", options => options.Alerts.RateLimitThreshold = double.NaN },
        { "Alerts:UnusualActivityWarmUp must be", options => options.Alerts.UnusualActivityWarmUp = TimeSpan.FromDays(8) },
        { "Alerts:ExpiryDays:1 must be", options => options.Alerts.ExpiryDays = [7, 0] },
        { "Alerts:ExpiryDays:0 must be", options => options.Alerts.ExpiryDays = [1001] },
        { "Alerts:ExpiryDays must not be null", options => options.Alerts.ExpiryDays = null! },
        { "Alerts:RotationAge must be", options => options.Alerts.RotationAge = TimeSpan.FromDays(-1) },
        { "Alerts:RotationAge must be", options => options.Alerts.RotationAge = TimeSpan.FromDays(3651) },
        { "Catalog:Tiers:3:Name", options => options.Catalog.Tiers.Add(new ApiKeyTier()) },
        { "Catalog:Permissions:0", options => options.Catalog.Permissions.Add("no spaces") },
        { "Catalog:Tiers:0:Name*already the name of another tier", options => options.Catalog.Permissions.Add("read") },
        { "Catalog:Tiers:2:GrantsEverything", options => options.Catalog.AddTier("owner") },
        { "Catalog:Types is empty", options => options.Catalog.Types.Clear() },
        { "Catalog:Types:4:Prefix*already the prefix of another type", options => options.Catalog.AddType("other", "live") },
        { "Catalog:Types:4:Name*already the name of another type", options => options.Catalog.AddType("CI", "other") },
        { "Catalog:Types:4:Name", options => options.Catalog.Types.Add(new ApiKeyType { Prefix = "x" }) },
        { "Catalog:Types:4:Prefix", options => options.Catalog.AddType("other", "NOT_OK") },
        { "Catalog:Types:4:DefaultTier*nope", options => options.Catalog.AddType("other", "x").DefaultTier = "nope" },
        {
            "Catalog:Types:4:DefaultPermissions:0*nope",
            options => options.Catalog.AddType("other", "x").DefaultPermissions = ["nope"]
        },
        { "Catalog:Types:4:RateLimit", options => options.Catalog.AddType("other", "x").RateLimit = default(RateLimit) },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task Start_BadOption_StopsTheHostAndNamesIt(string named, Action<ApiKeyOptions> configure)
    {
        var start = () => TestApi.StartAsync(configure);

        (await start.Should().ThrowAsync<OptionsValidationException>().WithMessage($"*{named}*"))
            .Which.Message.Should().NotContain("short", "no message contains a pepper");
    }

    [Fact]
    public async Task Start_OptionsAtTheEdgesOfTheirRanges_AreGood()
    {
        await using var api = await TestApi.StartAsync(options =>
        {
            (options.Brand, options.HeaderNames) = (new string('x', 16), ["X-A", "X-B"]);
            options.ExpiryHeaderWindow = TimeSpan.Zero;
            (options.Usage.CountryHeaderName, options.Alerts.ExpiryDays, options.Alerts.RateLimitThreshold) = ("", [], 1);
            (options.FailedAttempts.PerMinute, options.FailedAttempts.AlertThreshold) = (RateLimit.MaxPermits, 10_000);
            (options.Cache.Lifetime, options.Cache.NegativeLifetime) = (TimeSpan.FromMinutes(5), TimeSpan.Zero);
            SetPeppers(options, _pepper, new string('y', 32), new string('z', 32));
        });

        (await api.StatusAsync(api.Secret())).Should().Be(HttpStatusCode.OK);
    }

    private static void SetPeppers(ApiKeyOptions options, string pepper, params string[] previous)
        => (options.Hashing.Pepper, options.Hashing.PreviousPeppers) = (pepper, previous);
}
