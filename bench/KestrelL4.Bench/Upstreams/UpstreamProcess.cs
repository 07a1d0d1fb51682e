using System.Diagnostics;
using System.Globalization;

namespace KestrelL4.Bench.Upstreams;

/// <summary>The upstream servers as the benchmark sees them: a child process of its own and its two ports.</summary>
internal sealed class UpstreamProcess : IAsyncDisposable
{
    private readonly Process _process;

    private UpstreamProcess(Process process, int firstPort, int secondPort)
    {
        _process = process;
        FirstPort = firstPort;
        SecondPort = secondPort;
    }

    /// <summary>Loopback port of upstream <c>a</c>.</summary>
    public int FirstPort { get; }

    /// <summary>Loopback port of upstream <c>b</c>.</summary>
    public int SecondPort { get; }

    /// <summary>The operating system's number of the process.</summary>
    public int Id => _process.Id;

    /// <summary>Starts this program again in the upstream role and reads the ports it bound.</summary>
    public static async Task<UpstreamProcess> StartAsync(CancellationToken stopping)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [UpstreamRole.Name])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        Process process = Process.Start(start)!;
        string? line = await process.StandardOutput.ReadLineAsync(stopping);
        if (line?.Split(' ') is not [string first, string second])
        {
            throw new BenchmarkFailedException("the upstream process did not name its ports");
        }

        return new UpstreamProcess(
            process,
            int.Parse(first, CultureInfo.InvariantCulture),
            int.Parse(second, CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
