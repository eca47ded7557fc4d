using System.Diagnostics;
using System.Runtime.InteropServices;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>
/// The processor time of the current thread, which other processes do not affect. On systems without such a clock, it is the
/// elapsed time. The measured code never waits, so both are the same on an idle machine.
/// </summary>
internal static class ThreadTime
{
    private const int ThreadClock = 3;

    public static TimeSpan Now => OperatingSystem.IsLinux() && ReadClock(ThreadClock, out var time) == 0
        ? TimeSpan.FromSeconds((long)time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick)
        : Stopwatch.GetElapsedTime(0);

    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ReadClock(int clock, out Timespec time);

    private readonly record struct Timespec(nint Seconds, nint Nanoseconds);
}
