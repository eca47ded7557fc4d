using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace HirePanda.ApiKeys.Tests;

/// <summary>When what is done in the background is done.</summary>
public sealed class BackgroundJobTests : IDisposable
{
    private static readonly TimeSpan _interval = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new(TestApi.Start);
    private readonly LogCollector _logs = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task Job_RunsAfterEachIntervalAndWhenItIsWoken()
    {
        using var job = New();
        job.Wake();
        job.Start();
        job.Runs.Should().Be(0, "nobody wakes what has not begun, and the first interval is not over");

        _time.Advance(_interval);
        await TestApi.Until(() => job.Runs == 1);
        _time.Advance(_interval);
        await TestApi.Until(() => job.Runs == 2);
        job.Wake();
        await TestApi.Until(() => job.Runs == 3);
    }

    [Fact]
    public async Task Wake_DuringARun_BringsOneMoreHoweverOftenItComes()
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
    public async Task Failure_IsLoggedOnceUntilARunSucceeds_AndTheNextRunComes()
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
    public async Task Stop_EndsTheRunThatIsUnderWay_AndNoneFollows()
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
    public async Task Start_JobThatCannotBeMade_StopsTheHostAndSaysWhy()
    {
        await using var api = await TestApi.StartAsync(services: builder => builder.Services.AddSingleton<IApiKeyCountryResolver, Broken>());

        api.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested.Should().BeTrue();
        api.Logs.Ours.Should().Contain(entry => entry.Text.Contains("mend the service's constructor"));
    }

    private TestJob New() => new(_time, _logs.CreateLogger("HirePanda.ApiKeys.Job"));

    private sealed class TestJob(TimeProvider time, ILogger logger) : BackgroundJob(_interval, time, logger)
    {
        private int _runs;

        public int Runs => Volatile.Read(ref _runs);

        public int Finished { get; private set; }

        public Func<Task> Run { get; set; } = () => Task.CompletedTask;

        public bool RunUntilCancelled { get; set; }

        protected override string FailureMessage => "It failed.";

        protected override Task RunAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _runs);
            return RunUntilCancelled ? Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken) : Run();
        }

        protected override Task FinishAsync(CancellationToken cancellationToken)
        {
            Finished++;
            return Task.CompletedTask;
        }
    }

    private sealed class Broken : IApiKeyCountryResolver
    {
        public Broken() => throw new InvalidOperationException("no file");

        public string? GetCountry(IPAddress address) => null;
    }
}
