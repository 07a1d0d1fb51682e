using System.Buffers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace KestrelL4.Protocol.Snapshots;

/// <summary>Signs snapshots with the key of the snapshot issuer, ECDSA P-256.</summary>
/// <param name="certificate">Its certificate, with the key.</param>
internal sealed class SnapshotSigner(X509Certificate2 certificate)
{
    /// <summary>The signed document, a <see cref="SnapshotDocument"/>.</summary>
    public byte[] Sign(Snapshot snapshot)
    {
        var document = new ArrayBufferWriter<byte>();
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
