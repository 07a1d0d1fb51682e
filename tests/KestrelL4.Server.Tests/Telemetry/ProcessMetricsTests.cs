using System.Globalization;
using KestrelL4.Server.Telemetry;

namespace KestrelL4.Server.Tests.Telemetry;

public sealed class ProcessMetricsTests
{
    [Fact]
    public void WriteTo_ThisProcess_AgreesWithTheRuntime()
    {
        var text = new PrometheusText();
        ProcessMetrics.WriteTo(text);
        var samples = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.StartsWith('#'))
            .Select(line => line.Split(' '))
            .ToDictionary(parts => parts[0], parts => double.Parse(parts[1], CultureInfo.InvariantCulture));

        using var self = System.Diagnostics.Process.GetCurrentProcess();
        double started = new DateTimeOffset(self.StartTime).ToUnixTimeMilliseconds() / 1000.0;
        Assert.InRange(samples["process_start_time_seconds"], started - 2, started + 2);
        Assert.InRange(samples["process_resident_memory_bytes"], self.WorkingSet64 / 2.0, self.WorkingSet64 * 2.0);
        Assert.InRange(samples["process_cpu_seconds_total"], 0.01, self.TotalProcessorTime.TotalSeconds + 1);
        Assert.InRange(samples["process_threads"], 2, 1_000);
        Assert.InRange(samples["process_open_fds"], 3, samples["process_max_fds"]);
        Assert.True(samples["process_virtual_memory_bytes"] >= samples["process_resident_memory_bytes"]);
    }
}
