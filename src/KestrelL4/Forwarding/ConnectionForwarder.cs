using KestrelL4.Upstreams;

namespace KestrelL4.Forwarding;

/// <summary>Takes an admitted connection to an upstream: pick, dial, the next on failure, relay.</summary>
/// <param name="upstreams">Whom to pick from.</param>
/// <param name="dialled">Is told of every dial that ended by itself.</param>
/// <param name="time">The clock of the time-outs.</param>
internal sealed class ConnectionForwarder(UpstreamSet upstreams, Action<Upstream, Dial> dialled, TimeProvider time)
{
    private readonly UpstreamDialer _dialer = new(time);

    /// <summary>Forwards a connection until it ends. No byte of the client is read before an upstream is connected, so none is lost.</summary>
    /// <returns>Why the connection ended.</returns>
    public async Task<CloseReason> ForwardAsync(ProxiedConnection connection, RelayEnd client, Timeouts timeouts)
    {
        List<Upstream>? tried = null;
        ClientWatch watch = new(connection, client, time);
        while (connection.CloseReason is null && upstreams.Pick(tried ?? []) is { } upstream)
        {
            try
            {
                long begin = time.GetTimestamp();
                Dial dial = await watch.WhileAsync(_dialer.DialAsync(upstream, connection.Greeting, timeouts.Connect, connection.Closing))
                    .ConfigureAwait(false);
                await using RelayEnd? end = dial.End;
                if (connection.CloseReason is { } closed)
                {
                    end?.Abort();
                    return closed;
                }

                dialled(upstream, dial);
                if (end is not null)
                {
                    connection.Connected(upstream, time.GetElapsedTime(begin));
                    return await new Relay(connection, client, end, time).RunAsync(timeouts).ConfigureAwait(false);
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
}
