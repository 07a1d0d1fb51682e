using System.Security.Cryptography.X509Certificates;
using System.Text;
using KestrelL4.Testing.Certificates;
using KestrelL4.Tls;

namespace KestrelL4.Tests.Tls;

/// <summary>What is refused although, or before, the issuer's signature stands.</summary>
public sealed class RevocationListRefusalTests
{
    private const string Damaged = "is no revocation list, or a damaged one";
    private const string NotSigned = "is not signed by its issuer's key, or was changed since";
    private const string Partial = "covers a part of the certificates only";
    private const string Indirect = "is an indirect list, which names certificates of other issuers";

    private static readonly TestAuthority Root = TestAuthority.CreateRoot();
    private static readonly TestAuthority Authority = Root.CreateIntermediate("issuer");
    private static readonly DateTimeOffset Now = HandmadeRevocationList.DefaultThisUpdate.AddHours(1);
    private static readonly HandmadeRevocationList Good = new() { Authority = Authority };

    // Each holds its own value: delta base, and the fields of an issuing distribution point.
    public static TheoryData<string, byte[], string> Scopes => new()
    {
        { "delta", HandmadeRevocationList.CriticalExtension("2.5.29.27", 2, 1, 1), "is a delta list, which does not stand alone" },
        { "delta, not critical", HandmadeRevocationList.Extension("2.5.29.27", 2, 1, 1), "is a delta list, which does not stand alone" },
        { "indirect", Coverage(0x84, 1, 0xFF), Indirect },
        { "distribution point", Coverage(0xA0, 2, 0xA0, 0), Partial },
        { "distribution point and indirect", Coverage(0xA0, 2, 0xA0, 0, 0x84, 1, 0xFF), Indirect },
        { "CA certificates only", Coverage(0x82, 1, 0xFF), Partial },
        { "some reasons only", Coverage(0x83, 2, 1, 2), Partial },
        { "attribute certificates only", Coverage(0x85, 1, 0xFF), Partial },
        { "unknown field of the scope", Coverage(0x86, 1, 0xFF), Damaged },
        { "unknown critical", HandmadeRevocationList.CriticalExtension("1.2.3.4", 5, 0), "has a critical extension that is not known (1.2.3.4)" },
        { "number that is none", HandmadeRevocationList.Extension("2.5.29.20", 4, 1, 1), Damaged },
    };

    [Fact]
    public void TryRead_Handmade_IsAcceptedAsItStands() => Assert.Null(Problem(Good));

    [Theory]
    [MemberData(nameof(Scopes))]
    public void TryRead_ScopeOrCriticalExtension_IsRefused(string what, byte[] extension, string problem) =>
        Assert.Equal((what, problem), (what, Problem(Good with { Extensions = [extension] })));

    [Fact]
    public void TryRead_UserCertificatesOnly_IsAccepted() => Assert.Null(Problem(Good with { Extensions = [Coverage(0x81, 1, 0xFF)] }));

    [Fact]
    public void TryRead_UnknownExtensionThatIsNotCritical_IsAccepted() => Assert.Null(
        Problem(Good with { Extensions = [HandmadeRevocationList.Extension("1.2.3.4", 5, 0)], EntryExtensions = [HandmadeRevocationList.Extension("1.2.3.5", 5, 0)] }));

    [Fact]
    public void TryRead_ExtensionTwice_IsRefused()
    {
        byte[] number = HandmadeRevocationList.Extension("2.5.29.20", 2, 1, 1);

        Assert.Equal("has an extension twice (2.5.29.20)", Problem(Good with { Extensions = [number, number] }));
    }

    [Fact]
    public void TryRead_EntryOfAnotherIssuer_IsRefused() =>
        Assert.Equal(Indirect, Problem(Good with { EntryExtensions = [HandmadeRevocationList.CriticalExtension("2.5.29.29", 0x30, 0)] }));

    [Fact]
    public void TryRead_EntryWithUnknownCriticalExtension_IsRefused() => Assert.Equal(
        "has an entry with a critical extension that is not known (1.2.3.4)",
        Problem(Good with { EntryExtensions = [HandmadeRevocationList.CriticalExtension("1.2.3.4", 5, 0)] }));

    [Fact]
    public void TryRead_AnotherIssuer_IsRefused() =>
        Assert.Equal("is signed by another issuer", Problem(Good with { Authority = Root.CreateIntermediate("other") }));

    [Fact]
    public void TryRead_AnotherIssuerOfTheSameName_IsRefused() =>
        Assert.Equal(NotSigned, Problem(Good with { Authority = Root.CreateIntermediate("issuer") }));

    [Fact]
    public void TryRead_AnchorAboveTheIssuer_IsRefused() => Assert.Equal("is signed by another issuer", Problem(Good with { Authority = Root }));

    [Fact]
    public void TryRead_TwoAlgorithms_IsRefused() => Assert.Equal(
        "names two signature algorithms", Problem(Good with { InnerAlgorithm = HandmadeRevocationList.AlgorithmOf("1.2.840.10045.4.3.3") }));

    [Fact]
    public void TryRead_LaterVersion_IsRefused() => Assert.Equal("is of a version that is not known", Problem(Good with { Version = 2 }));

    [Theory]
    [InlineData(300, true)]
    [InlineData(301, false)]
    public void TryRead_ThisUpdateAhead_IsAcceptedForFiveMinutes(int seconds, bool accepted)
    {
        string? problem = Problem(Good with { ThisUpdate = Now.AddSeconds(seconds) });

        Assert.Equal(accepted ? null : "is of 2026-05-01 13:05:01Z, which is in the future", problem);
    }

    [Fact]
    public void TryRead_AnyByteOfItFlipped_IsRefused()
    {
        byte[] der = Good.Sign();
        for (int i = 0; i < der.Length; i++)
        {
            byte[] tampered = [.. der];
            tampered[i] ^= 1;

            Assert.True(Problem(tampered) is not null, $"byte {i} of {der.Length} may be changed");
        }
    }

    [Fact]
    public void TryRead_EntryTakenOut_IsNotSigned()
    {
        byte[] der = Good.Sign();
        int serialNumber = der.AsSpan().IndexOf(new byte[] { 0x5F, 0x3A, 0x01 });

        der[serialNumber] = 0x5E;

        Assert.Equal(NotSigned, Problem(der));
    }

    [Fact]
    public void TryRead_AnyPrefix_IsRefusedAndNeverThrows()
    {
        byte[] der = Good.Sign();
        byte[] pem = Encoding.ASCII.GetBytes(new TestRevocationList(der).Pem.TrimEnd());

        Assert.All(Enumerable.Range(0, der.Length), length => Assert.NotNull(Problem(der[..length])));
        Assert.All(Enumerable.Range(0, pem.Length), length => Assert.NotNull(Problem(pem[..length])));
    }

    [Fact]
    public void TryRead_SomethingBehindIt_IsRefused()
    {
        Assert.Equal(Damaged, Problem([.. Good.Sign(), 0]));
        Assert.Equal(Damaged, Problem(Good with { Trailer = [5, 0] }));
    }

    [Fact]
    public void TryRead_TwoPemBlocks_IsRefused()
    {
        string pem = new TestRevocationList(Good.Sign()).Pem;

        Assert.Equal("holds more than one PEM block", Problem(Encoding.ASCII.GetBytes(pem + pem)));
        Assert.Equal("holds more than one PEM block", Problem(Encoding.ASCII.GetBytes(pem + pem[..80])));
        Assert.Equal("holds more than one PEM block", Problem(Encoding.ASCII.GetBytes(pem[..80] + "\n" + pem)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no list at all")]
    [InlineData("-----BEGIN X509 CRL-----\n")]
    [InlineData("-----BEGIN X509 CRL-----\n?\n-----END X509 CRL-----\n")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void TryRead_NoList_SaysSo(string content) => Assert.Equal("holds no revocation list", Problem(Encoding.UTF8.GetBytes(content)));

    [Fact]
    public void TryRead_CertificateInstead_IsRefused()
    {
        X509Certificate2 certificate = Authority.Chain().First();

        Assert.NotNull(Problem(certificate.RawData));
        Assert.NotNull(Problem(Encoding.ASCII.GetBytes(certificate.ExportCertificatePem())));
    }

    [Fact]
    public void TryRead_Garbage_IsRefusedAndNeverThrows()
    {
        Random random = new(1);
        byte[] der = Good.Sign();
        for (int i = 0; i < 2000; i++)
        {
            byte[] garbage = [.. der];
            int from = random.Next(garbage.Length);
            random.NextBytes(garbage.AsSpan(from));

            // Chance may write what was there.
            garbage[from] = (byte)(der[from] ^ random.Next(1, 256));

            Assert.NotNull(Problem(garbage));
        }
    }

    private static byte[] Coverage(params byte[] fields) =>
        HandmadeRevocationList.CriticalExtension("2.5.29.28", [0x30, (byte)fields.Length, .. fields]);

    private static string? Problem(HandmadeRevocationList list) => Problem(list.Sign());

    private static string? Problem(byte[] content)
    {
        bool read = RevocationList.TryRead(content, Authority.Chain().First(), Now, out RevocationList? list, out string? problem);

        Assert.Equal(read, problem is null);
        Assert.Equal(read, list is not null);
        return problem;
    }
}
