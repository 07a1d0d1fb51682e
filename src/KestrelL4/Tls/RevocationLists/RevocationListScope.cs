using System.Formats.Asn1;
using System.Numerics;

namespace KestrelL4.Tls.RevocationLists;

/// <summary>What the extensions of a revocation list say (RFC 5280 section 5.2): which it is, and which certificates it speaks for.</summary>
internal sealed class RevocationListScope
{
    /// <summary>Why a list of an issuer that also lists certificates of others is refused.</summary>
    public const string Indirect = "is an indirect list, which names certificates of other issuers";

    private const string Partial = "covers a part of the certificates only";

    private const int DistributionPoint = 0;
    private const int OnlyClientAndServerCertificates = 1;
    private const int OnlyAuthorities = 2;
    private const int OnlySomeReasons = 3;
    private const int IndirectList = 4;
    private const int OnlyAttributes = 5;

    private readonly HashSet<string> _seen = [];

    /// <summary>The list's number; null when it has none.</summary>
    public BigInteger? Number { get; private set; }

    /// <summary>Reads all extensions; gives why the list is of no use, or null.</summary>
    public string? Read(AsnReader wrapped)
    {
        AsnReader extensions = wrapped.ReadSequence();
        wrapped.ThrowIfNotEmpty();
        while (extensions.HasData)
        {
            ListExtension extension = ListExtension.Read(extensions);
            if (!_seen.Add(extension.Id))
            {
                return $"has an extension twice ({extension.Id})";
            }

            if (Problem(extension) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private string? Problem(ListExtension extension)
    {
        switch (extension.Id)
        {
            case "2.5.29.20":
                AsnReader number = new(extension.Value, AsnEncodingRules.DER);
                Number = number.ReadInteger();
                number.ThrowIfNotEmpty();
                return null;

            case "2.5.29.27":
                return "is a delta list, which does not stand alone";

            case "2.5.29.28":
                return CoverageProblem(extension.Value);

            // Other names and the key of the issuer, and where delta lists are: the signature tells more, and nothing is fetched.
            case "2.5.29.18" or "2.5.29.35" or "2.5.29.46":
                return null;

            default:
                return extension.IsCritical ? $"has a critical extension that is not known ({extension.Id})" : null;
        }
    }

    private static string? CoverageProblem(ReadOnlyMemory<byte> value)
    {
        AsnReader outer = new(value, AsnEncodingRules.DER);
        AsnReader coverage = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        string? problem = null;
        while (coverage.HasData)
        {
            Asn1Tag tag = coverage.PeekTag();
            switch (tag.TagClass == TagClass.ContextSpecific ? tag.TagValue : -1)
            {
                case OnlyClientAndServerCertificates:
                    coverage.ReadBoolean(tag);
                    break;

                case OnlyAuthorities or OnlyAttributes:
                    problem = coverage.ReadBoolean(tag) ? problem ?? Partial : problem;
                    break;

                case IndirectList:
                    problem = coverage.ReadBoolean(tag) ? Indirect : problem;
                    break;

                case DistributionPoint or OnlySomeReasons:
                    coverage.ReadEncodedValue();
                    problem ??= Partial;
                    break;

                default:
                    throw new AsnContentException();
            }
        }

        return problem;
    }
}
