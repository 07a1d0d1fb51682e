namespace KestrelL4.RateLimiting.Shaping;

/// <summary>What one connection had of one bandwidth; kept by the bandwidth, under its lock.</summary>
/// <param name="bandwidth">The bandwidth.</param>
internal sealed class BandwidthShare(Bandwidth bandwidth)
{
    /// <summary>The bandwidth.</summary>
    public Bandwidth Bandwidth => bandwidth;

    /// <summary>The virtual time to which its bytes have moved it, in bytes; null = it has had none.</summary>
    public long? VirtualTime { get; set; }

    /// <summary>The bytes it took last and did not give back.</summary>
    public int Taken { get; set; }

    /// <summary>How many shared the bandwidth when it took them, 1 or more.</summary>
    public int Crowd { get; set; } = 1;

    /// <summary>The period in which it took last, as <see cref="Shaping.Crowd"/> counts them; none at first.</summary>
    public long SeenIn { get; set; } = -1;
}
