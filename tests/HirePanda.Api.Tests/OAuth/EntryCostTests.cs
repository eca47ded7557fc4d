using System.Diagnostics;
using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace HirePanda.Api.Tests;

/// <summary>What it costs that a withdrawn token is refused: a read of its state and of the state of its authorization.</summary>
public sealed class EntryCostTests(ITestOutputHelper output)
{
    private const int Requests = 60;

    [Fact]
    public async Task State_IsReadOnceASecond()
    {
        var database = await SampleDatabase.NewAsync("sqlite");
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await OAuthHost.StartAsync(database, all => all.AddSingleton<TimeProvider>(time));
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        var tokens = await host.GetTokensAsync(browser, app);
        using var reads = new TokenReads(database.Value);

        // The first round warms up.
        var remembered = new RoundCost();
        var read = new RoundCost();
        for (var round = 0; round < 5; round++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            (await host.ReadJobsAsync(tokens)).Should().Be(HttpStatusCode.OK);
            remembered = await RunAsync(TimeSpan.Zero);
            read = await RunAsync(TimeSpan.FromSeconds(1));
        }

        remembered.Reads.Should().Be(0);
        read.Reads.Should().Be(Requests, "one query reads the token and its authorization");
        output.WriteLine(Repository.Invariant(
            $"A request takes {read.Microseconds / remembered.Microseconds:0.00} of the time when the state is read."));

        async Task<RoundCost> RunAsync(TimeSpan pause)
        {
            var before = reads.Count;
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < Requests; i++)
            {
                time.Advance(pause);
                (await host.ReadJobsAsync(tokens)).Should().Be(HttpStatusCode.OK);
            }

            return new RoundCost(reads.Count - before, watch.Elapsed.TotalMicroseconds / Requests);
        }
    }

    private readonly record struct RoundCost(int Reads, double Microseconds);

    /// <summary>Counts the queries for tokens and authorizations in one database.</summary>
    private sealed class TokenReads : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
        private readonly string _database;
        private readonly List<IDisposable> _subscriptions = [];
        private int _count;

        public TokenReads(string database)
        {
            _database = database;
            _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));
        }

        public int Count => Volatile.Read(ref _count);

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == DbLoggerCategory.Name)
            {
                _subscriptions.Add(value.Subscribe(this));
            }
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Key == RelationalEventId.CommandExecuted.Name
                && value.Value is CommandExecutedEventData { Command: { Connection: { } connection } command }
                && _database.Contains(connection.DataSource, StringComparison.Ordinal)
                && (command.CommandText.Contains("Tokens", StringComparison.Ordinal)
                    || command.CommandText.Contains("Authorizations", StringComparison.Ordinal)))
            {
                Interlocked.Increment(ref _count);
            }
        }

        public void OnCompleted()
        {
            // The listeners live as long as the process.
        }

        public void OnError(Exception error)
        {
            // The listeners report no errors.
        }

        public void Dispose()
        {
            foreach (var subscription in _subscriptions)
            {
                subscription.Dispose();
            }
        }
    }
}
