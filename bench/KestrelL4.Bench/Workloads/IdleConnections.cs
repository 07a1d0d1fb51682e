using System.Net.Security;

namespace KestrelL4.Bench.Workloads;

/// <summary>Connections that have done their handshake and one round trip, and now say nothing.</summary>
internal sealed class IdleConnections : IAsyncDisposable
{
    private const int AtATime = 32;
    private readonly List<SslStream> _streams = [];

    private IdleConnections()
    {
    }

    /// <summary>Opens so many; each has its upstream connection.</summary>
    public static async Task<IdleConnections> OpenAsync(LoadTarget target, int count, CancellationToken stopping)
    {
        var connections = new IdleConnections();
        while (connections._streams.Count < count)
        {
            int batch = Math.Min(AtATime, count - connections._streams.Count);
            SslStream[] opened = await Task.WhenAll(Enumerable.Range(0, batch).Select(_ => target.ConnectAsync(stopping)));
            connections._streams.AddRange(opened);
            await Task.WhenAll(opened.Select(stream => EchoOrder.RoundTripAsync(stream, new byte[1], stopping)));
        }

        return connections;
    }

    /// <summary>Throws unless every connection still carries a byte there and back.</summary>
    public async Task VerifyAsync(CancellationToken stopping)
    {
        foreach (SslStream stream in _streams)
        {
            await EchoOrder.RoundTripAsync(stream, new byte[1], stopping);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (SslStream stream in _streams)
        {
            await stream.DisposeAsync();
        }
    }
}
