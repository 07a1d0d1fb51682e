namespace KestrelL4.Registry;

/// <summary>The registry snapshot in force, replaced whole.</summary>
/// <param name="snapshot">The first snapshot.</param>
public sealed class ClientRegistry(RegistrySnapshot snapshot)
{
    private RegistrySnapshot _current = snapshot;

    /// <summary>The snapshot in force. Connections authenticate against the one they find when their handshake has ended.</summary>
    public RegistrySnapshot Current
    {
        get => Volatile.Read(ref _current);
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Volatile.Write(ref _current, value);
        }
    }
}
