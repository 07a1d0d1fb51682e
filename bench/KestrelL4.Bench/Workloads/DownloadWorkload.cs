using System.Net.Security;
using KestrelL4.Bench.Payload;

namespace KestrelL4.Bench.Workloads;

/// <summary>From the upstreams to the client.</summary>
internal sealed record DownloadWorkload(long Bytes) : BulkWorkload("down", Bytes)
{
    public override Workload Scale(double fraction) => new DownloadWorkload((long)(Bytes * fraction));

    protected override async Task TransferAsync(SslStream stream, long length, long offset, CancellationToken stopping)
    {
        await stream.WriteAsync(new TransferOrder(TransferOrder.Download, length, offset).ToBytes(), stopping);
        byte[] buffer = GC.AllocateUninitializedArray<byte>(Pattern.MaxSlice);
        long received = 0;
        for (int read; (read = await stream.ReadAsync(buffer, stopping)) > 0; received += read)
        {
            Pattern.Verify(buffer.AsSpan(0, read), offset + received, Key);
        }

        if (received != length)
        {
            throw new BenchmarkFailedException($"{Key}: {received} of {length} bytes arrived");
        }
    }
}
