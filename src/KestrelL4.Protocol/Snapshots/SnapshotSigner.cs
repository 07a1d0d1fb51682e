using System.Buffers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace KestrelL4.Protocol.Snapshots;

/// <summary>Signs snapshots with the key of the snapshot issuer, ECDSA P-256.</summary>
/// <param name="certificate">Its certificate, with the key.</param>
internal sealed class SnapshotSigner(X509Certificate2 certificate)
{
    private const int BytesBeside = 16 * 1024;
    private const int BytesOfAClient = 200;

    /// <summary>The signed document, a <see cref="SnapshotDocument"/>.</summary>
    public byte[] Sign(Snapshot snapshot)
    {
        // As long as it will be, about, for growing copies.
        var document = new ArrayBufferWriter<byte>(BytesBeside + (BytesOfAClient * snapshot.Clients.Count));
        document.Write(SnapshotDocument.FirstLine);
        SnapshotDocument.WriteLine(document, certificate.RawDataMemory.Span);
        using (var json = new Utf8JsonWriter(document))
        {
            JsonSerializer.Serialize(json, snapshot, SnapshotJson.Default.Snapshot);
        }

        document.Write("\n"u8);
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        SnapshotDocument.WriteLine(document, key.SignData(document.WrittenSpan, HashAlgorithmName.SHA256));
        return document.WrittenSpan.ToArray();
    }
}
