using System.Buffers.Binary;
using System.Net.Security;
using KestrelL4.Bench.Payload;

namespace KestrelL4.Bench.Workloads;

/// <summary>From the client to the upstreams, which check every byte and answer with their number.</summary>
internal sealed record UploadWorkload(long Bytes) : BulkWorkload("up", Bytes)
{
    // What a program writes that fills its buffer first; the client's TLS cuts it into records of 16 KiB.
    private const int WriteSize = 64 * 1024;

    public override Workload Scale(double fraction) => new UploadWorkload((long)(Bytes * fraction));

    protected override async Task TransferAsync(SslStream stream, long length, long offset, CancellationToken stopping)
    {
        byte[] receipt = new byte[TransferOrder.ReceiptSize];
        await stream.WriteAsync(new TransferOrder(TransferOrder.Upload, length, offset).ToBytes(), stopping);
        await stream.ReadExactlyAsync(receipt, stopping);
        for (long sent = 0; sent < length;)
        {
            int size = (int)Math.Min(WriteSize, length - sent);
            await stream.WriteAsync(Pattern.Slice(offset + sent, size), stopping);
            sent += size;
        }

        await stream.ReadExactlyAsync(receipt, stopping);
        long right = BinaryPrimitives.ReadInt64BigEndian(receipt);
        if (right != length)
        {
            throw new BenchmarkFailedException($"{Key}: {right} of {length} bytes arrived");
        }
    }
}
