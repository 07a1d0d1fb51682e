using System.Net.Security;
using KestrelL4.Bench.Measuring;
using KestrelL4.Bench.Proxies;

namespace KestrelL4.Bench.Workloads;

/// <summary>The proxy that a workload loads, and what measures it meanwhile.</summary>
internal sealed record LoadTarget(TlsClient Client, RunningProxy Proxy, ProxyMeter Meter, TimeProvider Time)
{
    /// <summary>Opens one connection.</summary>
    public Task<SslStream> ConnectAsync(CancellationToken stopping) => Client.ConnectAsync(Proxy.Port, stopping);

    /// <summary>Opens several connections, one after the other.</summary>
    public async Task<IReadOnlyList<SslStream>> ConnectAsync(int count, CancellationToken stopping)
    {
        var streams = new List<SslStream>(count);
        while (streams.Count < count)
        {
            streams.Add(await ConnectAsync(stopping));
        }

        return streams;
    }
}
