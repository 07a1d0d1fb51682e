using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Overload;

/// <summary>What the want of memory asks of the node.</summary>
internal enum MemoryStage
{
    /// <summary>Nothing.</summary>
    Ample,

    /// <summary>To accept no more connections.</summary>
    Scarce,

    /// <summary>To close connections, too.</summary>
    Short,
}

/// <summary>How one stage follows from another.</summary>
internal static class MemoryStageExtensions
{
    // What one connection takes must not carry the node over an edge and back.
    private const double Relief = 0.05;

    /// <summary>The stage that a share of used memory leads to; what was begun at an edge ends five hundredths below it.</summary>
    public static MemoryStage Next(this MemoryStage stage, double share, OverloadConfiguration edges) =>
        IsBeyond(edges.CloseConnections, share, stage, MemoryStage.Short) ? MemoryStage.Short
            : IsBeyond(edges.StopAccepting, share, stage, MemoryStage.Scarce) ? MemoryStage.Scarce
            : MemoryStage.Ample;

    /// <summary>How much must be given back, in bytes, until no connection needs to be closed for it; 0 or more.</summary>
    public static long Excess(this OverloadConfiguration edges, MemoryReading reading) =>
        Math.Max(0, reading.Used - (long)Math.Round((edges.CloseConnections - Relief) * reading.Limit));

    private static bool IsBeyond(double edge, double share, MemoryStage stage, MemoryStage begun) =>
        edge > 0 && share >= (stage >= begun ? edge - Relief : edge);
}
