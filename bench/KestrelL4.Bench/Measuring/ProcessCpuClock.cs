using System.Runtime.InteropServices;

namespace KestrelL4.Bench.Measuring;

/// <summary>The CPU time, user and system, of all threads of a process, ended ones included.</summary>
/// <remarks>The kernel's own clock of the process counts nanoseconds, where /proc/PID/stat counts hundredths of a second.</remarks>
internal sealed partial class ProcessCpuClock
{
    private readonly int _clock;

    private ProcessCpuClock(int clock)
    {
        _clock = clock;
    }

    /// <summary>The clock of a living process.</summary>
    public static ProcessCpuClock Of(int processId) =>
        GetClockOfProcess(processId, out int clock) == 0
            ? new ProcessCpuClock(clock)
            : throw new BenchmarkFailedException($"process {processId} has no CPU clock");

    /// <summary>The CPU time used so far; throws when the process has ended.</summary>
    public TimeSpan Read() =>
        GetTime(_clock, out TimeSpec time) == 0
            ? TimeSpan.FromTicks((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / 100))
            : throw new BenchmarkFailedException("a measured process has ended");

    [LibraryImport("libc", EntryPoint = "clock_getcpuclockid")]
    private static partial int GetClockOfProcess(int processId, out int clock);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
