using System.Net;
using KestrelL4.Protocol;
using Microsoft.AspNetCore.Connections;

namespace KestrelL4.Authority.Api;

/// <summary>Bounds how many connections one source holds open, so that no stranger takes the places of all nodes.</summary>
/// <param name="most">The most of one source. 1 or more.</param>
/// <param name="log">Tells of refusals.</param>
internal sealed class SourcePlaces(int most, RefusalLog log)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _taken = [];

    /// <summary>Takes a connection to its next step, or closes it before TLS.</summary>
    public async Task PassAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        string source = PeerIdentification.SourceOf((connection.RemoteEndPoint as IPEndPoint)?.Address);
        if (!TryEnter(source))
        {
            log.Tell(
                new Peer(Role.None, "", source),
                new Refusal(HttpStatusCode.TooManyRequests, RefusalReason.TooManyAttempts, $"{most} connections of this source are open, the most that one may have"));
            connection.Abort();
            return;
        }

        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            Leave(source);
        }
    }

    private bool TryEnter(string source)
    {
        lock (_lock)
        {
            int taken = _taken.GetValueOrDefault(source);
            if (taken < most)
            {
                _taken[source] = taken + 1;
            }

            return taken < most;
        }
    }

    private void Leave(string source)
    {
        lock (_lock)
        {
            int left = _taken[source] - 1;
            if (left == 0)
            {
                _taken.Remove(source);
            }
            else
            {
                _taken[source] = left;
            }
        }
    }
}
