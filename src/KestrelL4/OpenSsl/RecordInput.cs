using KestrelL4.Sockets;

namespace KestrelL4.OpenSsl;

/// <summary>Where a session's records come from: what the handshake left behind, then the socket. Used under the session's lock.</summary>
internal sealed class RecordInput(ITlsHandover connection)
{
    private readonly RelaySocket _socket = connection.RelaySocket;
    private bool _hasRest = true;

    /// <summary>Whether the last read found nothing.</summary>
    public bool IsEmpty { get; private set; }

    /// <summary>Whether the peer has ended its direction of the connection.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Why nothing can be read any more; null = it can.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Forgets what the last read found.</summary>
    public void Begin() => IsEmpty = false;

    /// <summary>Reads for OpenSSL, through which nothing may be thrown.</summary>
    /// <returns>How many bytes; 0 = the end; -1 = none.</returns>
    public int Receive(Span<byte> into)
    {
        try
        {
            if (_hasRest)
            {
                int rest = connection.TakeRest(into);
                if (rest > 0)
                {
                    return rest;
                }

                _hasRest = false;
            }

            int count = 0;
            IsEmpty = !HasEnded && !_socket.TryRead(into, out count);
            HasEnded = !IsEmpty && count == 0;
            return IsEmpty ? -1 : count;
        }
        catch (Exception exception)
        {
            Failure = exception;
            return -1;
        }
    }
}
