using System.Diagnostics;
using System.Runtime.InteropServices;

namespace KestrelL4.Bench.Reporting;

/// <summary>What the figures were taken on.</summary>
internal static class MachineDescription
{
    /// <summary>Cores, processor, kernel and the versions of what takes part, in one line.</summary>
    public static async Task<string> ReadAsync()
    {
        string processor = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            ?? "unknown processor";
        string release = await File.ReadAllTextAsync("/proc/sys/kernel/osrelease");
        string[] parts =
        [
            $"{Environment.ProcessorCount} cores ({processor[(processor.IndexOf(':') + 1)..].Trim()})",
            RuntimeInformation.OSDescription,
            $"Linux {release.Trim()}",
            await FirstLineAsync("/usr/sbin/haproxy", "-v"),
            await FirstLineAsync("openssl", "version"),
            RuntimeInformation.FrameworkDescription,
        ];
        return string.Join(", ", parts) + ".";
    }

    private static async Task<string> FirstLineAsync(string program, string argument)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, [argument]) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output.Split('\n')[0];
    }
}
