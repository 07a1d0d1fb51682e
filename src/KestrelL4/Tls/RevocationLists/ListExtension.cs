using System.Formats.Asn1;

namespace KestrelL4.Tls.RevocationLists;

/// <summary>One extension of a revocation list or of its entry (RFC 5280 section 4.1.2.9).</summary>
/// <param name="Id">Its object identifier.</param>
/// <param name="IsCritical">Whether nobody may use the list who does not know the extension.</param>
/// <param name="Value">Its value, encoded.</param>
internal readonly record struct ListExtension(string Id, bool IsCritical, ReadOnlyMemory<byte> Value)
{
    /// <summary>Reads the next one.</summary>
    public static ListExtension Read(AsnReader extensions)
    {
        AsnReader extension = extensions.ReadSequence();
        string id = extension.ReadObjectIdentifier();
        bool critical = extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean();
        byte[] value = extension.ReadOctetString();
        extension.ThrowIfNotEmpty();
        return new ListExtension(id, critical, value);
    }
}
