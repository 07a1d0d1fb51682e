using System.Formats.Asn1;

namespace KestrelL4.Tls.RevocationLists;

/// <summary>The entries of a revocation list (RFC 5280 section 5.3): whatever its reason, and be it on hold, what is listed is revoked.</summary>
internal sealed class RevocationListEntries
{
    /// <summary>The serial numbers read, as big-endian octets.</summary>
    public List<ReadOnlyMemory<byte>> SerialNumbers { get; } = [];

    /// <summary>Reads all entries; gives what is wrong with them, or null.</summary>
    public string? Read(AsnReader entries)
    {
        while (entries.HasData)
        {
            AsnReader entry = entries.ReadSequence();
            SerialNumbers.Add(entry.ReadIntegerBytes());
            // Since when it is revoked makes no difference, even if that is to come.
            entry.ReadEncodedValue();
            if (entry.HasData && ExtensionProblem(entry.ReadSequence()) is { } problem)
            {
                return problem;
            }

            entry.ThrowIfNotEmpty();
        }

        return null;
    }

    private static string? ExtensionProblem(AsnReader extensions)
    {
        while (extensions.HasData)
        {
            ListExtension extension = ListExtension.Read(extensions);
            switch (extension.Id)
            {
                // An entry that names another issuer, which holds for those behind it too.
                case "2.5.29.29":
                    return RevocationListScope.Indirect;

                // Reason, hold instruction and date of invalidity.
                case "2.5.29.21" or "2.5.29.23" or "2.5.29.24":
                    break;

                case { } unknown when extension.IsCritical:
                    return $"has an entry with a critical extension that is not known ({unknown})";
            }
        }

        return null;
    }
}
