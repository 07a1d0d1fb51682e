using KestrelL4.Upstreams;

namespace KestrelL4.Forwarding;

/// <summary>Takes an admitted connection to an upstream: pick, or wait for a place; dial, the next on failure; relay.</summary>
/// <param name="upstreams">Whom to pick from.</param>
/// <param name="dialled">Is told of every dial that ended by itself.</param>
/// <param name="time">The clock of the time-outs.</param>
internal sealed class ConnectionForwarder(UpstreamSet upstreams, Action<Upstream, Dial> dialled, TimeProvider time)
{
    private readonly UpstreamDialer _dialer = new(time, NameResolution.Shared);

    /// <summary>Forwards a connection until it ends. No byte of the client is read before an upstream is connected, so none is lost.</summary>
    /// <returns>Why the connection ended.</returns>
    public async Task<CloseReason> ForwardAsync(ProxiedConnection connection, RelayEnd client, ApplicationSettings settings)
    {
        Timeouts timeouts = settings.Timeouts;
        List<Upstream>? tried = null;
        ClientWatch watch = new(connection, client, time);
        PlaceWait? wait = null;
        while (connection.CloseReason is null)
        {
            Upstream? upstream = upstreams.Pick(tried ?? [], connection.Key);
            if (upstream is null && timeouts.Queue > TimeSpan.Zero)
            {
                wait ??= new PlaceWait(upstreams, connection, watch, timeouts.Queue, time);
                upstream = await wait.WaitAsync(tried ?? []).ConfigureAwait(false);
            }

            if (upstream is null)
            {
                break;
            }

            try
            {
                if (connection.CloseReason is { } closedWhileWaiting)
                {
                    return closedWhileWaiting;
                }

                long downs = upstream.HealthChanges(UpstreamHealth.Down);
                long begin = time.GetTimestamp();
                connection.Trace?.BeginDial(upstream);
                Dial dial = await watch.WhileAsync(_dialer.DialAsync(upstream, connection.Greeting, timeouts.Connect, connection.Closing))
                    .ConfigureAwait(false);
                await using RelayEnd? end = dial.End;
                if (connection.CloseReason is { } closed)
                {
                    end?.Abort();
                    return closed;
                }

                dialled(upstream, dial);
                connection.Trace?.EndDial(dial.Result, dial.Problem);
                if (end is not null)
                {
                    connection.Connected(upstream, time.GetElapsedTime(begin));

                    // Who closed what a failing upstream has did not see this one yet; in panic it was down before, and is used all the same.
                    Interlocked.MemoryBarrier();
                    if (settings.CloseOnDown && upstream.HealthChanges(UpstreamHealth.Down) != downs)
                    {
                        connection.Close(CloseReason.UpstreamDown);
                    }

                    connection.Trace?.BeginRelay();
                    CloseReason ended = await new Relay(connection, client, end, time).RunAsync(timeouts).ConfigureAwait(false);
                    connection.Trace?.EndRelay(connection);
                    NoteRefusal(connection, upstream, end);
                    return ended;
                }

                connection.Cause = dial.Result.Word();
                (tried ??= []).Add(upstream);
            }
            finally
            {
                upstreams.Leave(upstream);
            }
        }

        return connection.CloseReason is { } reason ? reason
            : tried is null ? CloseReason.NoUpstream : CloseReason.UpstreamConnectFailed;
    }

    // The handshake was counted as connected, which it was; that it came to nothing is news all the same.
    private void NoteRefusal(ProxiedConnection connection, Upstream upstream, RelayEnd end)
    {
        if (end.Refusal is { } refusal && connection.BytesSent == 0)
        {
            connection.Cause = DialResult.TlsFailed.Word();
            dialled(upstream, new Dial(DialResult.TlsFailed, Problem: refusal));
        }
    }
}
