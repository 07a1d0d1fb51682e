using KestrelL4.Sockets;

namespace KestrelL4.OpenSsl;

/// <summary>Where a session's records go: to the socket, or into a buffer until they can. Used under the session's lock.</summary>
internal sealed class RecordOutput(RelaySocket socket)
{
    private byte[]? _held;
    private int _count;
    private bool _isSending;

    /// <summary>Whether records are gathered, to be sent together.</summary>
    public bool IsGathering { get; set; }

    /// <summary>Whether the goodbye was said: what OpenSSL answers to the peer from then on (KeyUpdate) is for nobody (RFC 8446 section 6.1).</summary>
    public bool HasEnded { get; set; }

    /// <summary>Whether something is to be sent yet.</summary>
    public bool HoldsSomething => _count > 0;

    /// <summary>Why nothing can be written any more; null = it can.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Takes a record of OpenSSL's, through which nothing may be thrown.</summary>
    /// <returns>Its length; -1 = it is lost.</returns>
    public int Send(ReadOnlySpan<byte> record)
    {
        if (HasEnded)
        {
            return record.Length;
        }

        try
        {
            // Nothing overtakes what is held or under way.
            int sent = IsGathering || HoldsSomething || _isSending ? 0 : socket.TryWrite(record);
            return sent == record.Length || TryHold(record[sent..]) ? record.Length : -1;
        }
        catch (Exception exception)
        {
            Failure = exception;
            return -1;
        }
    }

    /// <summary>Takes what is to be sent next, if anything is; until <see cref="EndSending"/> all else is held.</summary>
    /// <param name="buffer">A buffer, which belongs to the caller until then.</param>
    /// <param name="count">How many bytes of it.</param>
    public bool TryTake(out byte[]? buffer, out int count)
    {
        (buffer, count) = (_held, _count);
        (_held, _count) = (null, 0);
        _isSending = count > 0;
        return _isSending;
    }

    /// <summary>What was taken is sent, or will never be.</summary>
    public void EndSending(byte[] buffer)
    {
        _isSending = false;
        RelayBuffers.Shared.GiveBack(buffer);
    }

    /// <summary>Drops what is held.</summary>
    public void Drop()
    {
        if (_held is not null)
        {
            RelayBuffers.Shared.GiveBack(_held);
            (_held, _count) = (null, 0);
        }
    }

    // The records of one write fit. What a reader answers (KeyUpdate) to a peer that takes nothing does not for ever, and ends the session.
    private bool TryHold(ReadOnlySpan<byte> bytes)
    {
        _held ??= RelayBuffers.Shared.Take();
        if (!bytes.TryCopyTo(_held.AsSpan(_count)))
        {
            return false;
        }

        _count += bytes.Length;
        return true;
    }
}
