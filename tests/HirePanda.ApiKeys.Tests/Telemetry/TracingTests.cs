using System.Collections.Concurrent;
using System.Diagnostics;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Traces of requests.</summary>
public sealed class TracingTests
{
    [Theory]
    [InlineData("valid", ActivityStatusCode.Unset)]
    [InlineData("missing", ActivityStatusCode.Unset)]
    [InlineData("not_an_api_key", ActivityStatusCode.Unset)]
    [InlineData("ambiguous", ActivityStatusCode.Unset)]
    [InlineData("malformed", ActivityStatusCode.Unset)]
    [InlineData("unknown", ActivityStatusCode.Unset)]
    [InlineData("revoked", ActivityStatusCode.Unset)]
    [InlineData("disabled", ActivityStatusCode.Unset)]
    [InlineData("expired", ActivityStatusCode.Unset)]
    [InlineData("address_not_allowed", ActivityStatusCode.Unset)]
    [InlineData("rate_limited", ActivityStatusCode.Unset)]
    [InlineData("client_throttled", ActivityStatusCode.Unset)]
    [InlineData("unavailable", ActivityStatusCode.Error)]
    [InlineData("rejected_by_host", ActivityStatusCode.Unset)]
    public async Task Activity_OfEveryOutcome_SaysSo(string outcome, ActivityStatusCode status)
    {
        await using var api = await Outcomes.StartAsync();
        var send = await Outcomes.PrepareAsync(api, outcome);

        var activity = (await ActivitiesAsync(api, send)).Should().ContainSingle().Subject;

        (activity.OperationName, activity.Kind, activity.Status).Should().Be(("api_key.verify", ActivityKind.Internal, status));
        string.Join(' ', activity.TagObjects).Should().Be($"[hirepanda.api_keys.outcome, {outcome}]");
    }

    [Theory]
    [InlineData("valid", true)]
    [InlineData("expired", true)]
    [InlineData("unknown", false)]
    public async Task Activity_WhereTheHostWantsIt_NamesTheKeyThatIsKnown(string outcome, bool isKnown)
    {
        await using var api = await Outcomes.StartAsync(options => options.RecordKeyIdInTraces = true);
        var send = await Outcomes.PrepareAsync(api, outcome);

        var activity = (await ActivitiesAsync(api, send)).Single();

        (activity.GetTagItem("hirepanda.api_keys.key_id") is string id && id.StartsWith("key_", StringComparison.Ordinal))
            .Should().Be(isKnown);
    }

    /// <summary>Gets the activities of one call, which are the only ones in its trace.</summary>
    private static async Task<IReadOnlyList<Activity>> ActivitiesAsync(TestApi api, Func<Task> send)
    {
        var stopped = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "HirePanda.ApiKeys",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = stopped.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var trace = ActivityTraceId.CreateRandom();
        api.Client.DefaultRequestHeaders.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");
        await send();
        return [.. stopped.Where(activity => activity.TraceId == trace)];
    }
}
