namespace KestrelL4.Server.Overload;

/// <summary>How much memory the node uses and may use.</summary>
/// <param name="Used">What it uses, in bytes.</param>
/// <param name="Limit">What it may use, in bytes; more than 0.</param>
internal sealed record MemoryReading(long Used, long Limit)
{
    /// <summary>What it uses of what it may; 0 or more, and more than 1 where nothing but the configuration limits it.</summary>
    public double Share => (double)Used / Limit;
}
