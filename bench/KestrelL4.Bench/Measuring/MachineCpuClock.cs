using System.Globalization;

namespace KestrelL4.Bench.Measuring;

/// <summary>The CPU time that the whole machine has spent on anything at all.</summary>
internal static class MachineCpuClock
{
    private const double TicksPerSecond = 100;
    private const int FirstField = 1;
    private const int Idle = 4;
    private const int WaitingForDisk = 5;
    private const int Stolen = 8;

    /// <summary>User, system, interrupt and stolen time of all cores since the machine started.</summary>
    public static TimeSpan Read()
    {
        string[] fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        long ticks = 0;
        for (int field = FirstField; field <= Stolen; field++)
        {
            ticks += field is Idle or WaitingForDisk ? 0 : long.Parse(fields[field], CultureInfo.InvariantCulture);
        }

        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }
}
