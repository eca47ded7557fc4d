using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>Generates load on a server with <c>wrk</c>, as fast as the server responds.</summary>
internal static partial class LoadGenerator
{
    private const int Connections = 32;

    /// <summary>Installs wrk if it is missing.</summary>
    /// <exception cref="InvalidOperationException">wrk is missing and cannot be installed.</exception>
    public static void Require()
    {
        if (Succeeds("sh", "-c", "command -v wrk"))
        {
            return;
        }

        Console.Error.WriteLine("Installing wrk");
        const string Install = "DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends wrk";
        if (!Succeeds("sh", "-c", $"apt-get update -qq && {Install}"))
        {
            throw new InvalidOperationException("wrk is missing and could not be installed. Run 'apt-get install wrk' as root.");
        }
    }

    /// <summary>Measures the request rate and the processor time for the given number of seconds.</summary>
    /// <exception cref="InvalidOperationException">Some responses were not 2xx.</exception>
    public static async Task<Load> RunAsync(ServerProcess server, int seconds)
    {
        string[] header = server.Authorization is { } authorization ? ["-H", $"Authorization: {authorization}"] : [];
        var before = server.ProcessorTime;
        using var process = Start("wrk",
            [
                "-t1",
                $"-c{Connections}",
                string.Create(CultureInfo.InvariantCulture, $"-d{seconds}s"),
                .. header,
                server.Address.ToString()
            ]);
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var used = server.ProcessorTime - before;
        if (Count().Match(text) is not { Success: true } count || text.Contains("Non-2xx", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"The load on {server.Name} failed: {text}");
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

/// <summary>The result of one load run.</summary>
/// <param name="Rate">The requests per second.</param>
/// <param name="Processor">The server's processor time per request in microseconds.</param>
internal readonly record struct Load(double Rate, double Processor);
