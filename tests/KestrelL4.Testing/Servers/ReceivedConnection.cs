namespace KestrelL4.Testing.Servers;

/// <summary>What one connection of a <see cref="RecordingServer"/> has received.</summary>
public sealed class ReceivedConnection
{
    private readonly List<byte> _bytes = [];
    private volatile PeerEnd _end;

    /// <summary>How the peer ended, so far.</summary>
    public PeerEnd End
    {
        get => _end;
        internal set => _end = value;
    }

    /// <summary>Every byte received so far.</summary>
    public byte[] Bytes
    {
        get
        {
            lock (_bytes)
            {
                return [.. _bytes];
            }
        }
    }

    internal void Add(ReadOnlySpan<byte> bytes)
    {
        lock (_bytes)
        {
            _bytes.AddRange(bytes);
        }
    }
}
