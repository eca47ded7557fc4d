using System.Diagnostics;
using System.Globalization;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Ends another process with this one, even if this one is killed.</summary>
internal sealed class Lifeline : IDisposable
{
    private readonly Process _shell;
    private bool _isCut;

    /// <param name="processId">The process that ends.</param>
    /// <param name="signal">The signal that ends it.</param>
    public Lifeline(int processId, string signal)
    {
        // When this process ends, the shell reads the end of its input.
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"read -r _ || kill -{signal} \"$0\"", Invariant(processId)])
        {
            RedirectStandardInput = true,
        };
        _shell = Process.Start(start)!;
    }

    /// <summary>Cuts the line, because the process has ended. Another process may get its id.</summary>
    public void Dispose()
    {
        if (_isCut)
        {
            return;
        }

        _isCut = true;
        _shell.Kill();
        _shell.WaitForExit();
        _shell.Dispose();
    }

    private static string Invariant(int number) => number.ToString(CultureInfo.InvariantCulture);
}
