using System.Globalization;

namespace KestrelL4.Server.Telemetry;

/// <summary>The metrics that every Prometheus client has of its process, from <c>/proc</c>; none where there is no <c>/proc</c>.</summary>
internal static class ProcessMetrics
{
    // USER_HZ is part of the kernel's interface: 100 on every architecture that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>Writes the metrics of this process as they are now.</summary>
    public static void WriteTo(PrometheusText text)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // proc(5): the second field, the program's name, may hold spaces and brackets; the third stands behind the last bracket.
        string stat = File.ReadAllText("/proc/self/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        double Field(int number) => double.Parse(fields[number - 3], CultureInfo.InvariantCulture);

        double used = (Field(14) + Field(15)) / TicksPerSecond;
        double started = BootTime() + (Field(22) / TicksPerSecond);
        double resident = Field(24) * Environment.SystemPageSize;

        text.Open("process_cpu_seconds_total", MetricKind.Counter, "User and system time that the process has used, in seconds.");
        text.Sample("process_cpu_seconds_total", "", used);
        Gauge(text, "process_max_fds", "The most file descriptors that the process may have open.", MaxOpenFiles());
        Gauge(text, "process_open_fds", "File descriptors that the process has open.", OpenFiles());
        Gauge(text, "process_resident_memory_bytes", "Resident memory of the process, in bytes.", resident);
        Gauge(text, "process_start_time_seconds", "When the process started, in seconds since 1970.", started);
        Gauge(text, "process_threads", "Threads of the process.", Field(20));
        Gauge(text, "process_virtual_memory_bytes", "Virtual memory of the process, in bytes.", Field(23));
    }

    private static void Gauge(PrometheusText text, string name, string help, double value)
    {
        text.Open(name, MetricKind.Gauge, help);
        text.Sample(name, "", value);
    }

    // The count includes the descriptor that counts; it is closed again when the line is written.
    private static double OpenFiles() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count() - 1;

    private static double MaxOpenFiles() =>
        double.TryParse(FirstWord("/proc/self/limits", "Max open files"), CultureInfo.InvariantCulture, out double limit)
            ? limit
            : double.PositiveInfinity;

    private static double BootTime() => double.Parse(FirstWord("/proc/stat", "btime"), CultureInfo.InvariantCulture);

    private static string FirstWord(string file, string lineStart) =>
        File.ReadLines(file).First(line => line.StartsWith(lineStart, StringComparison.Ordinal))[lineStart.Length..]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
}
