namespace KestrelL4.Server.Reload;

/// <summary>The configuration in force, replaced whole, and the newer one that was refused.</summary>
/// <param name="first">The first one in force.</param>
/// <param name="seen">What the sources held before they were read.</param>
internal sealed class NodeModel(ConfigurationInForce first, SourceFingerprint seen)
{
    private ConfigurationInForce _inForce = first;
    private RejectedReload? _rejected;
    private SourceFingerprint _seen = seen;

    /// <summary>Something else is in force.</summary>
    public event Action<ConfigurationInForce>? Changed;

    /// <summary>What is in force.</summary>
    public ConfigurationInForce InForce
    {
        get => Volatile.Read(ref _inForce);
        set
        {
            Volatile.Write(ref _inForce, value);
            Changed?.Invoke(value);
        }
    }

    /// <summary>What was read last and is not in force, wholly or in part; null = all of it is.</summary>
    public RejectedReload? Rejected
    {
        get => Volatile.Read(ref _rejected);
        set => Volatile.Write(ref _rejected, value);
    }

    /// <summary>What the sources held when they were read last.</summary>
    public SourceFingerprint Seen
    {
        get => Volatile.Read(ref _seen);
        set => Volatile.Write(ref _seen, value);
    }
}
