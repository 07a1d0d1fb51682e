using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.ProxyProtocol;

/// <summary>Finds the common name of a certificate, which .NET offers only mixed with other names.</summary>
internal static class CommonName
{
    private const string Identifier = "2.5.4.3";

    /// <summary>The first common name of the certificate's subject; null when there is none, or it cannot be read.</summary>
    public static string? Of(X509Certificate2 certificate)
    {
        try
        {
            AsnReader sets = new AsnReader(certificate.SubjectName.RawData, AsnEncodingRules.DER).ReadSequence();
            while (sets.HasData)
            {
                AsnReader set = sets.ReadSetOf(skipSortOrderValidation: true);
                while (set.HasData)
                {
                    AsnReader attribute = set.ReadSequence();
                    if (attribute.ReadObjectIdentifier() == Identifier)
                    {
                        return attribute.ReadCharacterString((UniversalTagNumber)attribute.PeekTag().TagValue);
                    }
                }
            }
        }
        catch (Exception exception) when (exception is AsnContentException or ArgumentException)
        {
            // Whoever issued it wrote no string there; the client's name and serial number tell who it is all the same.
        }

        return null;
    }
}
