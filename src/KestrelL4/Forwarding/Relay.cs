using KestrelL4.Sockets;

namespace KestrelL4.Forwarding;

/// <summary>Copies bytes both ways between a client and an upstream until both directions ended or one side broke.</summary>
/// <remarks>
/// Half-close passes through in both directions, a reset stays a reset, and memory is bounded by one buffer a direction,
/// which is held only while bytes flow.
/// </remarks>
internal sealed class Relay(ProxiedConnection connection, RelayEnd client, RelayEnd upstream, TimeProvider time)
{
    // A read that leaves less than a TLS record free may have left more behind.
    private const int NearlyFull = RelayBuffers.Size - (16 * 1024);

    private readonly Throttle _throttle = new(connection, time);
    private readonly Movement _movement = new(client, upstream, time);
    private volatile bool _isEndingGently;
    private volatile bool _isCut;

    /// <summary>How a copy from one side to the other ended.</summary>
    private enum CopyEnd
    {
        SourceEnded,
        SourceBroke,
        DestinationBroke,
    }

    /// <summary>When the last byte passed, in the clock's ticks.</summary>
    public long LastByteAt => _movement.LastByteAt;

    /// <summary>Whether bytes move although no buffer was finished for long: those that wait for their turn have it, too.</summary>
    public bool IsMoving()
    {
        if (!_throttle.IsWaiting)
        {
            return _movement.IsGoingOn();
        }

        _movement.Note();
        return true;
    }

    /// <summary>Relays until the end.</summary>
    /// <returns>Why the connection ended.</returns>
    public async Task<CloseReason> RunAsync(Timeouts timeouts)
    {
        connection.Attach(this);
        using RelayDeadlines deadlines = new(connection, this, timeouts, time);
        Task<bool> toUpstream = ToUpstreamAsync();
        await ToClientAsync(toUpstream).ConfigureAwait(false);
        await toUpstream.ConfigureAwait(false);
        return connection.CloseReason ?? CloseReason.Completed;
    }

    /// <summary>Ends in order: the upstream's direction ends like any other, and the client has a moment for its own.</summary>
    public void EndGently()
    {
        _isEndingGently = true;
        upstream.Finish();
        _throttle.End();
    }

    /// <summary>Cuts both sides.</summary>
    public void Abort()
    {
        _isCut = true;
        client.Abort();
        upstream.Abort();
        _throttle.End();
    }

    // True when the client ended in order.
    private async Task<bool> ToUpstreamAsync()
    {
        switch (await CopyAsync(client, upstream, Direction.Received).ConfigureAwait(false))
        {
            case CopyEnd.SourceEnded:
                await CompleteAsync(upstream).ConfigureAwait(false);
                return true;
            case CopyEnd.DestinationBroke when _isEndingGently:
                return await LingeringEnd.AwaitAsync(client, time).ConfigureAwait(false);
            case CopyEnd.DestinationBroke:
                Break(CloseReason.UpstreamAborted);
                return false;
            default:
                Break(CloseReason.ClientAborted);
                return false;
        }
    }

    private async Task ToClientAsync(Task<bool> toUpstream)
    {
        switch (await CopyAsync(upstream, client, Direction.Sent).ConfigureAwait(false))
        {
            case CopyEnd.SourceEnded:
                await CompleteAsync(client).ConfigureAwait(false);
                break;
            case CopyEnd.SourceBroke:
                Break(CloseReason.UpstreamAborted);
                break;

            // A client that said goodbye and left misses nothing, if the upstream has no more to say than its own goodbye.
            default:
                if (!await EndsSoonAsync(toUpstream).ConfigureAwait(false)
                    || !await LingeringEnd.AwaitAsync(upstream, time).ConfigureAwait(false))
                {
                    Break(CloseReason.ClientAborted);
                }

                break;
        }
    }

    private async Task<CopyEnd> CopyAsync(RelayEnd source, RelayEnd destination, Direction direction)
    {
        bool isWriting = false;
        int unused = 0;
        byte[]? buffer = null;
        try
        {
            while (true)
            {
                await source.WaitAsync().ConfigureAwait(false);
                int most = RelayBuffers.Size;
                if (_throttle.IsShaped)
                {
                    most = unused = await _throttle.AllowAsync(direction, source, destination).ConfigureAwait(false);
                    if (most == 0)
                    {
                        return EndOfPause(source, direction);
                    }
                }

                buffer = RelayBuffers.Shared.Take();
                int count;
                do
                {
                    count = await source.ReadAsync(buffer.AsMemory(0, most)).ConfigureAwait(false);
                    if (unused > 0)
                    {
                        _throttle.GiveBack(direction, unused - count);
                        unused = 0;
                    }

                    if (count == 0)
                    {
                        // A side that was cut may read an end; passed on, the other side would see an end before its reset.
                        return _isCut || source.WasReset ? CopyEnd.SourceBroke : CopyEnd.SourceEnded;
                    }

                    isWriting = true;
                    _movement.BeginWrite();
                    await destination.WriteAsync(buffer.AsMemory(0, count)).ConfigureAwait(false);
                    _movement.EndWrite();
                    isWriting = false;
                    connection.Count(direction, count);
                }
                while (count > NearlyFull && !_throttle.IsShaped);

                RelayBuffers.Shared.GiveBack(buffer);
                buffer = null;
            }
        }
        catch (Exception exception) when (RelayEnd.IsBroken(exception))
        {
            if (!isWriting)
            {
                source.NoteFailedRead(exception);
                return CopyEnd.SourceBroke;
            }

            destination.NoteFailedWrite(exception);
            return CopyEnd.DestinationBroke;
        }
        finally
        {
            if (buffer is not null)
            {
                RelayBuffers.Shared.GiveBack(buffer);
            }

            if (unused > 0)
            {
                _throttle.GiveBack(direction, unused);
            }
        }
    }

    // A relay that ends in order does not wait until all that is left has had its turn: each side is told its end now.
    private CopyEnd EndOfPause(RelayEnd source, Direction direction) =>
        _isCut || source.WasReset ? CopyEnd.SourceBroke
            : _isEndingGently && direction == Direction.Sent ? CopyEnd.SourceEnded
            : CopyEnd.DestinationBroke;

    private async ValueTask CompleteAsync(RelayEnd end)
    {
        try
        {
            if (_isEndingGently)
            {
                await end.AnnounceEndAsync().ConfigureAwait(false);
                return;
            }

            await end.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (RelayEnd.IsBroken(exception))
        {
            // The direction that reads from this side tells whether it ended or broke.
        }
    }

    private async Task<bool> EndsSoonAsync(Task<bool> toUpstream)
    {
        try
        {
            return await toUpstream.WaitAsync(LingeringEnd.Timeout, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private void Break(CloseReason reason)
    {
        connection.Close(reason);
        Abort();
    }
}
