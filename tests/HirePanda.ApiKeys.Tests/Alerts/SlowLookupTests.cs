using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Webhook hosts whose lookup blocks a thread until the test releases it.</summary>
public sealed class SlowLookupTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Add_SixtyHostsThatResolveSlowly_TakeFourThreadsAndHoldUpNoOtherRequest()
    {
        using var resolver = new BlockingResolver();
        var time = new FakeTimeProvider(TestApi.Start);
        var arrived = 0;
        await using var api = await KestrelApi.StartAsync(
            app =>
            {
                app.Use((HttpContext context, RequestDelegate next) =>
                {
                    Interlocked.Increment(ref arrived);
                    return next(context);
                });
                app.MapGet("/health", () => "ok");
                app.MapHirePandaApiKeys(ManagementApi.Keys);
            },
            services: builder => builder.Services.AddSingleton<TimeProvider>(time).AddSingleton<IHostResolver>(resolver));
        var (_, one) = await api.IssueAsync(new CreateApiKeyRequest { Name = "One", Type = ApiKeyTypes.Production });
        var (_, other) = await api.IssueAsync(
            new CreateApiKeyRequest { Name = "Other", Type = ApiKeyTypes.Production }, key => key with { Workspace = "other" });
        using var client = new HttpClient { BaseAddress = api.Address };

        var adds = Enumerable.Range(0, 60).Select(i => AddAsync(client, i % 3 == 0 ? other : one, i)).ToList();
        await TestApi.Until(() => Volatile.Read(ref arrived) == 60 && resolver.Running >= 4);
        var since = System.Diagnostics.Stopwatch.StartNew();
        (await client.GetStringAsync("/health", Token)).Should().Be("ok");
        since.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(3));
        resolver.Hosts.Count(IsOfOther).Should().Be(2, "each workspace has two places");
        resolver.Hosts.Should().HaveCount(4);
        await TestApi.Until(() => adds.Count(add => add.IsCompleted) == 24);
        await AdvanceUntilAsync(time, () => adds.TrueForAll(add => add.IsCompleted));

        foreach (var answer in await Task.WhenAll(adds))
        {
            answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable, await answer.TextAsync());
            (await answer.CodeAsync()).Should().Be("service_unavailable");
            answer.Header("Retry-After").Should().Be("5");
            answer.Dispose();
        }

        resolver.MostRunning.Should().Be(4);
        var late = AddAsync(client, one, 60);
        await AdvanceUntilAsync(time, () => late.IsCompleted);
        (await late).StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable, "lookups that hang keep their places");

        resolver.GoOn.Set();
        await TestApi.Until(() => resolver.Running == 0);
        using var added = await AddAsync(client, one, 61);
        added.StatusCode.Should().Be(HttpStatusCode.Created, await added.TextAsync());
    }

    [Fact]
    public async Task Add_WhileAnotherWorkspacesLookupsHang_FindsAPlace()
    {
        using var resolver = new BlockingResolver();
        await using var api = await StartAsync(resolver);
        var hanging = Enumerable.Range(0, 10)
            .Select(i => api.PostAsync("/webhooks", api.Secret(), new { url = $"https://slow-{i}.example.com/" })).ToList();
        await TestApi.Until(() => resolver.Running == 2);

        await api.AddWebhookAsync(api.OtherWorkspace(), "https://quick.example.com/");

        resolver.MostRunning.Should().Be(3);
        resolver.GoOn.Set();
        foreach (var answer in await Task.WhenAll(hanging))
        {
            answer.StatusCode.Should().Be(HttpStatusCode.Created, "waiting ones took the places of finished ones");
            answer.Dispose();
        }
    }

    [Fact]
    public async Task Add_MoreHostsAtOnceThanAWorkspaceMayWaitFor_IsRefusedAtOnce()
    {
        using var resolver = new BlockingResolver();
        await using var api = await StartAsync(resolver);
        var secret = api.Secret();

        var adds = Enumerable.Range(0, 30)
            .Select(i => api.PostAsync("/webhooks", secret, new { url = $"https://slow-{i}.example.com/" })).ToList();
        await TestApi.Until(() => adds.Count(add => add.IsCompleted) == 12);

        (await Task.WhenAll(adds.Where(add => add.IsCompleted)))
            .Should().OnlyContain(answer => answer.StatusCode == HttpStatusCode.ServiceUnavailable);
        resolver.GoOn.Set();
        await Task.WhenAll(adds);
    }

    [Fact]
    public async Task Delivery_ToAHostThatResolvesSlowly_IsTriedAgainLater()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        using var resolver = new BlockingResolver { Address = "127.0.0.1" };
        resolver.GoOn.Set();
        await using var api = await StartAsync(resolver, options => options.Webhooks.AllowPrivateTargets = true);
        var sender = await api.SenderAsync();
        await api.AddWebhookAsync(api.Secret(), $"http://slow.example.com:{receiver.Port}/");
        resolver.GoOn.Reset();
        await api.RaiseAsync("a");

        var pass = sender.SendDueAsync(Token);
        await TestApi.Until(() => resolver.Running == 1);
        await AdvanceUntilAsync(api.Time, () => pass.IsCompleted);

        var next = await pass;
        next.Should().NotBeNull("the attempt failed");
        api.Logs.Ours.Should().Contain(entry => entry.Text.Contains("could not be looked up"));
        resolver.GoOn.Set();
        api.Time.Advance(next!.Value - api.Time.GetUtcNow());
        (await sender.SendDueAsync(Token)).Should().BeNull();
        receiver.Messages.Should().ContainSingle();
    }

    private static Task<TestApi> StartAsync(
        BlockingResolver resolver, Action<ApiKeyOptions>? options = null) => TestApi.StartAsync(
        options,
        app: app => app.MapHirePandaApiKeys(ManagementApi.Keys),
        first: builder => builder.Services.AddSingleton<IHostResolver>(resolver));

    /// <summary>
    /// Advances the clock ten times as fast as real time, so that a new request does not time out at once.
    /// </summary>
    private static async Task AdvanceUntilAsync(FakeTimeProvider time, Func<bool> happened)
    {
        for (var i = 0; i < 6_000 && !happened(); i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Delay(1, Token);
        }

        happened().Should().BeTrue("it ends by its time");
    }

    /// <summary>Determines whether a host belongs to the other workspace, which sends every third request.</summary>
    private static bool IsOfOther(string host)
        => int.Parse(host.Split('-', '.')[1], System.Globalization.CultureInfo.InvariantCulture) % 3 == 0;

    private static async Task<HttpResponseMessage> AddAsync(HttpClient client, string secret, int number)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, ManagementApi.Keys + "/webhooks");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        request.Content = JsonContent.Create(new { url = $"https://slow-{number}.example.com/" });
        return await client.SendAsync(request, Token);
    }

    /// <summary>Blocks the thread that looks up a host, like the resolver of the operating system.</summary>
    private sealed class BlockingResolver : IHostResolver, IDisposable
    {
        private readonly List<string> _hosts = [];
        private readonly Lock _lock = new();
        private int _running;
        private int _mostRunning;

        public ManualResetEventSlim GoOn { get; } = new();

        public string Address { get; init; } = "93.184.215.14";

        public int Running => Volatile.Read(ref _running);

        public int MostRunning => Volatile.Read(ref _mostRunning);

        public IReadOnlyList<string> Hosts
        {
            get
            {
                lock (_lock)
                {
                    return [.. _hosts];
                }
            }
        }

        public IPAddress[] Resolve(string host)
        {
            lock (_lock)
            {
                _hosts.Add(host);
                _mostRunning = Math.Max(_mostRunning, ++_running);
            }

            if (!host.StartsWith("quick", StringComparison.Ordinal))
            {
                GoOn.Wait();
            }

            lock (_lock)
            {
                _running--;
            }

            return [IPAddress.Parse(Address)];
        }

        public void Dispose()
        {
            GoOn.Set();
            GoOn.Dispose();
        }
    }
}
