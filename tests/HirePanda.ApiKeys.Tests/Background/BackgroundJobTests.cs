using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The schedule of background jobs.</summary>
public sealed class BackgroundJobTests : IDisposable
{
    private static readonly AsyncLocal<string?> _ambient = new();
    private static readonly TimeSpan _interval = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new(TestApi.Start);
    private readonly LogCollector _logs = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task Job_RunsAfterEachIntervalAndWhenItIsWoken()
    {
        using var job = New();
        job.Start();
        job.Runs.Should().Be(0, "the first interval is not over");

        _time.Advance(_interval);
        await TestApi.Until(() => job.Runs == 1);
        _time.Advance(_interval);
        await TestApi.Until(() => job.Runs == 2);
        job.Wake();
        await TestApi.Until(() => job.Runs == 3);
    }

    [Fact]
    public async Task Wake_SeveralTimesDuringARun_CausesOneMoreRun()
    {
        using var job = New();
        var end = new TaskCompletionSource();
        job.Run = () => end.Task;
        job.Start();
        job.Wake();
        await TestApi.Until(() => job.Runs == 1);

        job.Wake();
        job.Wake();
        job.Wake();
        job.Runs.Should().Be(1, "never twice at once");
        end.SetResult();
        await TestApi.Until(() => job.Runs == 2);
        await job.StopAsync(Token);

        job.Runs.Should().Be(2);
    }

    [Fact]
    public async Task Failure_IsLoggedOnceUntilARunSucceeds_AndTheNextRunFollows()
    {
        using var job = New();
        job.Run = () => throw new InvalidOperationException("away");
        (await job.TryRunAsync(Token)).Should().BeFalse();
        (await job.TryRunAsync(Token)).Should().BeFalse();
        _logs.Ours.Should().ContainSingle();

        job.Run = () => Task.CompletedTask;
        (await job.TryRunAsync(Token)).Should().BeTrue();
        job.Run = () => throw new InvalidOperationException("away");
        (await job.TryRunAsync(Token)).Should().BeFalse();

        _logs.Ours.Should().HaveCount(2);
    }

    [Fact]
    public async Task Stop_EndsTheCurrentRun_AndNoneFollows()
    {
        using var job = New();
        job.RunUntilCancelled = true;
        job.Start();
        job.Wake();
        await TestApi.Until(() => job.Runs == 1);

        await job.StopAsync(Token);
        job.Wake();
        _time.Advance(_interval);

        job.Finished.Should().Be(1);
        (job.Runs, _logs.Ours.Count).Should().Be((1, 0));
    }

    [Fact]
    public async Task Wake_BeforeItHasStarted_IsNotForgotten()
    {
        using var job = New();
        job.Wake();
        job.Runs.Should().Be(0);

        job.Start();

        await TestApi.Until(() => job.Runs == 1);
    }

    [Fact]
    public async Task FirstRun_AtOnce_Runs()
    {
        using var job = New();
        job.First = TimeSpan.Zero;

        job.Start();

        await TestApi.Until(() => job.Runs == 1);
    }

    [Fact]
    public async Task Run_WokenByARequest_DoesNotSeeItsAmbientState()
    {
        using var job = New();
        var seen = new TaskCompletionSource<string?>();
        job.Run = () =>
        {
            seen.SetResult(_ambient.Value);
            return Task.CompletedTask;
        };
        job.Start();
        _ambient.Value = "a request's tenant";

        job.Wake();

        (await seen.Task).Should().BeNull();
    }

    [Fact]
    public async Task Stop_WhileAnAuditEntryIsBeingStored_DoesNotLoseIt()
    {
        await using var api = await TestApi.StartAsync();
        var (key, secret) = api.Issue();
        var reportOnly = new ApiKeyWorkspace
        {
            Id = key.Workspace,
            IsAllowlistEnabled = true,
            IsAllowlistReportOnly = true,
            Version = 1,
        };
        await api.Store.SaveAsync(new ApiKeyChangeSet { Workspace = reportOnly }, Token);
        using var goOn = new ManualResetEventSlim();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        api.Store.BeforeManagement = () =>
        {
            started.TrySetResult();
            goOn.Wait(Token);
        };
        (await api.StatusAsync(secret, "/read")).Should().Be(HttpStatusCode.OK);
        await started.Task;

        // The first part of a stop cancels the current run.
        var stop = api.Services.GetRequiredService<AllowlistAudit>().StopAsync(Token);
        goOn.Set();
        await stop;

        (await api.Store.ListAuditAsync(key.Workspace, null, 10, Token))
            .Should().ContainSingle().Which.Action.Should().Be("allowlist.report");
    }

    [Fact]
    public async Task Start_JobThatCannotBeCreated_StopsTheHostWithAnErrorThatSaysWhy()
    {
        await using var api = await TestApi.StartAsync(
            services: builder => builder.Services.AddSingleton<IApiKeyCountryResolver, Broken>());

        api.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested.Should().BeTrue();
        api.Logs.Ours.Should().Contain(entry => entry.Text.Contains("Fix the constructor of the service"));
        var stop = () => api.Services.GetRequiredService<IHost>().StopAsync(Token);
        await stop.Should().ThrowAsync<InvalidOperationException>().WithMessage("no file");
    }

    [Fact]
    public async Task Host_ThatTakesLongToStart_DoesNotHoldUpTheJobs()
    {
        await using var provider = NotStarted();
        var jobs = provider.Jobs();

        await jobs.StartAsync(Token);
        jobs.Started.IsCompleted.Should().BeFalse();
        _time.Advance(TimeSpan.FromSeconds(1));
        await jobs.Started.WaitAsync(TimeSpan.FromSeconds(30), Token);

        await jobs.StopAsync(Token);
    }

    [Fact]
    public async Task Stop_OfAHostThatServedBeforeItHadStarted_StoresWhatWasCounted()
    {
        await using var provider = NotStarted();
        var jobs = provider.Jobs();
        await jobs.StartAsync(Token);
        var key = provider.GetRequiredService<ApiKeyIssuer>()
            .Issue("acme", new CreateApiKeyRequest { Name = "Test", Type = ApiKeyTypes.Production }).Key;
        var activities = provider.GetRequiredService<KeyActivities>();
        activities.Count(
            activities.Get(key, TestApi.Start.UtcTicks),
            new UsageCell(EndpointNames.Other, 200, 0, 1),
            (uint)(TestApi.Start.ToUnixTimeSeconds() / 60));

        await jobs.StopAsync(Token).WaitAsync(TimeSpan.FromSeconds(30), Token);

        var query = new ApiKeyUsageQuery
        {
            Workspace = key.Workspace,
            Granularity = ApiKeyUsageGranularity.Day,
            Dimension = ApiKeyUsageDimension.Status,
            From = TestApi.Start.AddDays(-1),
            To = TestApi.Start.AddDays(1),
        };
        (await provider.GetRequiredService<InMemoryApiKeyStore>().SumUsageAsync(query, Token))
            .Should().ContainSingle().Which.Requests.Should().Be(1);
    }

    [Fact]
    public async Task Stop_TwiceAtOnce_FinishesEachJobOnce_AndNoCallEndsBeforeIt()
    {
        using var job = New();
        var end = new TaskCompletionSource();
        var finishing = new TaskCompletionSource();
        job.Finish = () =>
        {
            finishing.TrySetResult();
            return end.Task;
        };
        await using var provider = NotStarted(services => services.AddSingleton<BackgroundJob>(job));
        var jobs = provider.Jobs();
        await jobs.StartAsync(Token);

        var first = jobs.StopAsync(Token);
        await finishing.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        var second = jobs.StopAsync(Token);
        (first.IsCompleted, second.IsCompleted).Should().Be((false, false));
        end.SetResult();
        await Task.WhenAll(first, second);
        await jobs.StopAsync(Token);

        job.Finished.Should().Be(1);
    }

    [Fact]
    public async Task Stop_OfAHostWhoseStartFailed_CreatesNoJobs()
    {
        await using var provider = NotStarted();
        var jobs = provider.Jobs();

        await jobs.StopAsync(Token);

        jobs.Started.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task Stop_WhileAJobIsNeverCreated_DoesNotWaitForIt()
    {
        using var goOn = new ManualResetEventSlim();
        await using var provider = NotStarted(services => services.AddSingleton<IApiKeyCountryResolver>(_ =>
        {
            goOn.Wait(Token);
            return Substitute.For<IApiKeyCountryResolver>();
        }));
        var jobs = provider.Jobs();
        await jobs.StartAsync(Token);

        var stop = jobs.StopAsync(Token);
        stop.IsCompleted.Should().BeFalse();
        _time.Advance(TimeSpan.FromSeconds(6));
        await stop;

        jobs.Started.IsCompleted.Should().BeFalse();
        goOn.Set();
        await jobs.Started;
    }

    [Fact]
    public async Task Dispose_OfAHostThatHasJustStarted_IsNotAConfigurationError()
    {
        var lifetime = Substitute.For<IHostApplicationLifetime>();
        lifetime.ApplicationStarted.Returns(new CancellationToken(canceled: true));
        for (var i = 0; i < 20; i++)
        {
            var services = new ServiceCollection().AddLogging(builder => builder.AddProvider(_logs)).AddSingleton(lifetime);
            services.AddHirePandaApiKeys().AddInMemoryStore();
            var provider = services.BuildServiceProvider();
            var jobs = provider.Jobs();

            await jobs.StartAsync(Token);
            await provider.DisposeAsync();
            await jobs.Started;
        }

        _logs.Ours.Should().BeEmpty();
    }

    /// <summary>The lifetime of a host that has not finished starting.</summary>
    private ServiceProvider NotStarted(Action<IServiceCollection>? more = null)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton(Substitute.For<IHostApplicationLifetime>())
            .AddSingleton<TimeProvider>(_time);
        services.AddHirePandaApiKeys().AddInMemoryStore();
        more?.Invoke(services);
        return services.BuildServiceProvider();
    }

    private TestJob New() => new(_time, _logs.CreateLogger("HirePanda.ApiKeys.Job"));

    private sealed class TestJob(TimeProvider time, ILogger logger) : BackgroundJob(_interval, time, logger)
    {
        private int _runs;

        public int Runs => Volatile.Read(ref _runs);

        public int Finished { get; private set; }

        public Func<Task> Run { get; set; } = () => Task.CompletedTask;

        public bool RunUntilCancelled { get; set; }

        public Func<Task> Finish { get; set; } = () => Task.CompletedTask;

        public TimeSpan First { get; set; } = _interval;

        protected override TimeSpan FirstRun => First;

        protected override string FailureMessage => "It failed.";

        protected override Task RunAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _runs);
            return RunUntilCancelled ? Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken) : Run();
        }

        protected override Task FinishAsync(CancellationToken cancellationToken)
        {
            Finished++;
            return Finish();
        }
    }

    private sealed class Broken : IApiKeyCountryResolver
    {
        public Broken() => throw new InvalidOperationException("no file");

        public string? GetCountry(IPAddress address) => null;
    }
}
