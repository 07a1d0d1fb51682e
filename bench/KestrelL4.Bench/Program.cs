using System.Runtime.InteropServices;
using KestrelL4.Bench.Running;
using KestrelL4.Bench.Upstreams;

namespace KestrelL4.Bench;

/// <summary>Starts one of the two roles: the upstream servers, or the benchmark that loads the proxies.</summary>
internal static class Program
{
    private const int Failed = 1;

    private static async Task<int> Main(string[] arguments)
    {
        using var stopping = new CancellationTokenSource();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            return arguments is [UpstreamRole.Name]
                ? await UpstreamRole.RunAsync(stopping.Token)
                : await BenchmarkRole.RunAsync(arguments, stopping.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            Console.Error.WriteLine("bench: interrupted");
            return Failed;
        }
        catch (BenchmarkFailedException failure)
        {
            Console.Error.WriteLine($"bench: {failure.Message}");
            return failure.ExitCode;
        }

        // Ended at once, this process would leave the proxies behind.
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stopping.Cancel();
        }
    }
}
