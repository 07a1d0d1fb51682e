using KestrelL4.Bench.Proxies;

namespace KestrelL4.Bench.Running;

/// <summary>One fresh process of every compared proxy, side by side, so that a workload can alternate between them.</summary>
internal sealed class ProxyFleet : IAsyncDisposable
{
    private readonly List<RunningProxy> _proxies = [];

    private ProxyFleet()
    {
    }

    /// <summary>The processes, in the order of the comparison.</summary>
    public IReadOnlyList<RunningProxy> Proxies => _proxies;

    /// <summary>Starts them one after the other and notes start time and resident memory of each.</summary>
    public static async Task<ProxyFleet> StartAsync(
        IReadOnlyList<ProxyKind> kinds, ProxyLauncher launcher, SampleBook samples, TimeProvider time, CancellationToken stopping)
    {
        var fleet = new ProxyFleet();
        try
        {
            foreach (ProxyKind kind in kinds)
            {
                LaunchedProxy launched = await launcher.LaunchAsync(kind, stopping);
                fleet._proxies.Add(launched.Proxy);
                samples.Add(Measures.Start, kind.Key, launched.StartTime.TotalMilliseconds);
                long resident = await launched.Proxy.Memory.ReadSteadyResidentAsync(time, stopping);
                samples.Add(Measures.Resident, kind.Key, resident / 1024.0);
            }

            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RunningProxy proxy in _proxies)
        {
            await proxy.DisposeAsync();
        }
    }
}
