using System.Globalization;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>The cost of decisions, as numbers for each decision.</summary>
/// <param name="Rate">The decisions per second.</param>
/// <param name="ClientTime">The processor time of this process, in microseconds.</param>
/// <param name="ScriptTime">The time that Redis was in scripts, in microseconds.</param>
/// <param name="Received">The bytes that Redis received.</param>
/// <param name="Sent">The bytes that Redis sent.</param>
/// <param name="Commands">The commands that Redis ran, which include those of the script.</param>
internal sealed record LimiterResult(
    double Rate, double ClientTime, double ScriptTime, double Received, double Sent, string Commands)
{
    public static async Task<LimiterResult> MeasureAsync(
        RedisProcess redis, LimiterContender contender, LimiterLoad load, int count)
    {
        await redis.ResetStatisticsAsync();
        var before = Environment.CpuUsage.TotalTime;
        var rate = await contender.MeasureAsync(load, count);
        var used = Environment.CpuUsage.TotalTime - before;
        var statistics = await redis.GetStatisticsAsync();
        var scripts = statistics.Commands.Where(command => IsScript(command.Key)).Sum(command => command.Value);
        if (scripts < count)
        {
            throw new InvalidOperationException(
                $"{contender.Name} ran {scripts} scripts for {count} decisions, so its time is not valid.");
        }

        var commands = statistics.Commands.Where(command => command.Value > count / 100)
            .OrderBy(command => IsScript(command.Key) ? "" : command.Key)
            .Select(command => string.Create(CultureInfo.InvariantCulture, $"{command.Key} {command.Value / count:0.00}"));
        return new(
            rate,
            used.TotalMicroseconds / count,
            statistics.ScriptTime / count,
            statistics.Received / count,
            statistics.Sent / count,
            string.Join(", ", commands));

        static bool IsScript(string command) => command is "eval" or "evalsha";
    }
}
