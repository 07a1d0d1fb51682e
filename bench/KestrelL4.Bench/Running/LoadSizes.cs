using KestrelL4.Bench.Workloads;

namespace KestrelL4.Bench.Running;

/// <summary>How much load one run puts on a proxy.</summary>
internal sealed record LoadSizes(IReadOnlyList<Workload> Workloads, int IdleConnections, double WarmUp)
{
    /// <summary>The sizes that the project's goals speak of.</summary>
    public static LoadSizes Full { get; } = new(
        [new HandshakeWorkload(4_000), new EchoWorkload(200_000), new DownloadWorkload(2_000_000_000), new UploadWorkload(2_000_000_000)],
        5_000,
        0.5);

    /// <summary>About a quarter, warm-up kept nearly whole: compiled code is what is compared.</summary>
    public static LoadSizes Quick { get; } = new(
        [new HandshakeWorkload(1_000), new EchoWorkload(50_000), new DownloadWorkload(500_000_000), new UploadWorkload(500_000_000)],
        1_000,
        1.5);
}
