using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using KestrelL4.Bench.Workloads;

namespace KestrelL4.Bench.Proxies;

/// <summary>Starts proxies and measures how long each takes until it serves.</summary>
internal sealed class ProxyLauncher(ProxySetting setting, TlsClient client, string directory, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(2);
    private int _started;

    /// <summary>The client that reaches what was started.</summary>
    public TlsClient Client => client;

    /// <summary>Starts one; returns when a byte has gone through it to an upstream and back.</summary>
    public async Task<LaunchedProxy> LaunchAsync(ProxyKind kind, CancellationToken stopping)
    {
        string number = Interlocked.Increment(ref _started).ToString(CultureInfo.InvariantCulture);
        long started = time.GetTimestamp();
        RunningProxy proxy = await RunningProxy.ExecuteAsync(kind, setting, Path.Combine(directory, $"{kind.Key}-{number}"), time);
        try
        {
            while (!await TryRoundTripAsync(proxy.Port, stopping))
            {
                if (proxy.HasExited || time.GetElapsedTime(started) > Patience)
                {
                    throw new BenchmarkFailedException($"{kind.Title} did not start to serve:\n{proxy.ReadOutput()}");
                }

                await Task.Delay(BetweenAttempts, time, stopping);
            }

            return new LaunchedProxy(proxy, time.GetElapsedTime(started));
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }
    }

    private async Task<bool> TryRoundTripAsync(int port, CancellationToken stopping)
    {
        try
        {
            await using SslStream stream = await client.ConnectAsync(port, stopping);
            await EchoOrder.RoundTripAsync(stream, new byte[1], stopping);
            await stream.ShutdownAsync();
            return true;
        }
        catch (Exception refused) when (refused is SocketException or IOException or AuthenticationException or BenchmarkFailedException)
        {
            return false;
        }
    }
}
