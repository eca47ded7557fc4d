using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>Calls a server as fast as it answers, with <c>wrk</c>.</summary>
internal static partial class LoadGenerator
{
    private const int Connections = 32;

    /// <summary>Installs the tool where it is missing; throws with a message for people where it cannot.</summary>
    public static void Require()
    {
        if (Succeeds("sh", "-c", "command -v wrk"))
        {
            return;
        }

        Console.Error.WriteLine("Installing wrk");
        if (!Succeeds("sh", "-c", "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends wrk"))
        {
            throw new InvalidOperationException("This needs wrk, which is missing and could not be installed: run 'apt-get install wrk' as root.");
        }
    }

    /// <summary>How many requests were answered in so many seconds.</summary>
    /// <exception cref="InvalidOperationException">Some were not answered 2xx.</exception>
    public static async Task<Load> RunAsync(ServerProcess server, int seconds)
    {
        string[] header = server.Authorization is { } authorization ? ["-H", $"Authorization: {authorization}"] : [];
        var before = server.ProcessorTime;
        using var process = Start("wrk",
            ["-t1", $"-c{Connections}", string.Create(CultureInfo.InvariantCulture, $"-d{seconds}s"), .. header, server.Address.ToString()]);
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var used = server.ProcessorTime - before;
        if (Count().Match(text) is not { Success: true } count || text.Contains("Non-2xx", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"The load on {server.Name} went wrong: {text}");
        }

        var requests = long.Parse(count.Groups[1].Value, CultureInfo.InvariantCulture);
        var rate = double.Parse(Rate().Match(text).Groups[1].Value, CultureInfo.InvariantCulture);
        return new Load(rate, used.TotalMicroseconds / requests);
    }

    private static bool Succeeds(string program, params string[] arguments)
    {
        try
        {
            using var process = Start(program, arguments);
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static Process Start(string program, string[] arguments)
        => Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex Count();

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Rate();
}

/// <summary>What one run of load gave.</summary>
/// <param name="Rate">Requests a second.</param>
/// <param name="Processor">Microseconds of processor time of the server for a request.</param>
internal readonly record struct Load(double Rate, double Processor);
