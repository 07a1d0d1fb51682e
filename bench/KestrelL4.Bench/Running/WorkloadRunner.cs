using System.Net.Sockets;
using System.Security.Authentication;
using KestrelL4.Bench.Workloads;

namespace KestrelL4.Bench.Running;

/// <summary>Runs one workload within a bounded time, and turns whatever breaks it into one plain failure.</summary>
internal static class WorkloadRunner
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>Runs it to its end or throws <see cref="BenchmarkFailedException"/>.</summary>
    public static async Task<WorkloadRun> RunAsync(Workload workload, LoadTarget target, TimeProvider time, CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
        try
        {
            return await workload.RunAsync(target, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw Failure(workload, target, $"not done after {Limit}");
        }
        catch (Exception fault) when (fault is IOException or SocketException or AuthenticationException)
        {
            throw Failure(workload, target, fault.Message);
        }
    }

    private static BenchmarkFailedException Failure(Workload workload, LoadTarget target, string what) =>
        new($"{workload.Key} through {target.Proxy.Kind.Title}: {what}\n{target.Proxy.ReadOutput()}");
}
