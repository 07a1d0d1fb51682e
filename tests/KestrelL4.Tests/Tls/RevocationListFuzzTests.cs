using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using KestrelL4.Registry;
using KestrelL4.Testing.Certificates;
using KestrelL4.Testing.Fuzzing;
using KestrelL4.Tls;

namespace KestrelL4.Tests.Tls;

/// <summary>What holds for every file that is named as a revocation list: it is refused with a reason, or it says what its issuer said.</summary>
public sealed class RevocationListFuzzTests
{
    private const int Rounds = 4_000;

    private static readonly TestAuthority Authority = TestAuthority.CreateRoot("issuer");
    private static readonly X509Certificate2 Issuer = Authority.Chain().First();
    private static readonly DateTimeOffset Now = HandmadeRevocationList.DefaultThisUpdate.AddHours(1);
    private static readonly byte[][] SerialNumbers = [[0x01], [0x5F, 0x3A, 0x01], [0x7F, 0x00], [0x40, .. new byte[18]]];

    private static readonly HandmadeRevocationList[] Good =
    [
        new() { Authority = Authority, SerialNumbers = SerialNumbers },
        new() { Authority = Authority, SerialNumbers = [] },
        new() { Authority = Authority, SerialNumbers = SerialNumbers, Version = null, NextUpdate = null },
        new()
        {
            Authority = Authority,
            SerialNumbers = SerialNumbers,
            ThisUpdate = new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero),
            NextUpdate = new DateTimeOffset(2051, 1, 1, 0, 0, 0, TimeSpan.Zero),
            EntryExtensions = [HandmadeRevocationList.Extension("2.5.29.21", 0x0A, 1, 1)],
            Extensions = [HandmadeRevocationList.Extension("2.5.29.20", 2, 1, 7), HandmadeRevocationList.CriticalExtension("2.5.29.28", 0x30, 3, 0x81, 1, 0xFF)],
        },
    ];

    private static readonly byte[][] Words =
        [[0x30, 0x00], [0x30, 0x80], [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], [0x02, 0x01, 0x00], [0x05, 0x00], [0x17, 0x0D], [0x18, 0x0F], [0xA0, 0x00], [0x03, 0x01, 0x00]];

    [Fact]
    public void TryRead_ChangedAfterItWasSigned_IsRefused()
    {
        byte[][] signed = [.. Good.Select(static list => list.Sign())];
        Fuzz.Run(Rounds, new Mutations(signed, Words).Next, bytes =>
        {
            if (!signed.Any(whole => whole.AsSpan().SequenceEqual(bytes)))
            {
                Assert.Null(Read(bytes));
            }
        });
    }

    [Fact]
    public void TryRead_PemChanged_IsRefusedOrSaysTheSame()
    {
        byte[][] signed = [.. Good.Select(static list => list.Sign())];
        byte[][] texts = [.. signed.Select(static der => Encoding.ASCII.GetBytes("# comment\n" + PemEncoding.WriteString("X509 CRL", der) + "\n"))];
        Fuzz.Run(Rounds, new Mutations(texts, ["-----BEGIN X509 CRL-----"u8.ToArray(), "-----END X509 CRL-----"u8.ToArray(), "\r\n"u8.ToArray(), "="u8.ToArray()]).Next, bytes =>
        {
            if (Read(bytes) is { } list)
            {
                Assert.Contains(signed, der => Text(Read(der)!) == Text(list));
            }
        });
    }

    [Fact]
    public void TryRead_SpoiledBeforeItWasSigned_IsRefusedOrReadAsOthersReadIt()
    {
        using ECDsa key = Issuer.GetECDsaPrivateKey()!;
        int accepted = 0;
        Fuzz.Run(
            Rounds,
            random =>
            {
                HandmadeRevocationList good = Good[random.Next(Good.Length)];
                DerNode content = DerNode.Parse(good.Content());
                content.Spoil(random);
                return Sign(content.Encode(), good.OuterAlgorithm, key);
            },
            bytes =>
            {
                if (Read(bytes) is { } list)
                {
                    accepted++;
                    AssertLikeTheRuntime(bytes, list);
                }
            });
        Assert.NotEqual(0, accepted);
    }

    private static RevocationList? Read(byte[] bytes)
    {
        bool isRead = RevocationList.TryRead(bytes, Issuer, Now, out RevocationList? list, out string? problem);
        Assert.Equal((isRead, isRead), (list is not null, problem is null));
        Assert.True(list is null || list.ThisUpdate <= Now.AddMinutes(5), "a list of the future");
        return list;
    }

    // The runtime's reader proves nothing, but where it takes a list it finds the same entries. It looks at the date of each, which for us makes no difference.
    private static void AssertLikeTheRuntime(byte[] bytes, RevocationList list)
    {
        try
        {
            CertificateRevocationListBuilder others = CertificateRevocationListBuilder.Load(bytes, out System.Numerics.BigInteger number);
            Assert.Equal(number, list.Number ?? number);
            Assert.All(SerialNumbers, serialNumber => Assert.Equal(
                others.RemoveEntry(serialNumber), list.Contains(CertificateId.Create("main", Convert.ToHexString(serialNumber)))));
        }
        catch (CryptographicException)
        {
            // It reads less than we do.
        }
    }

    private static byte[] Sign(byte[] content, byte[] algorithm, ECDsa key)
    {
        AsnWriter signature = new(AsnEncodingRules.DER);
        signature.WriteBitString(key.SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        return DerNode.Enclose(content, algorithm, signature.Encode());
    }

    private static string Text(RevocationList list) => string.Join(
        ' ',
        SerialNumbers.Select(serialNumber => list.Contains(CertificateId.Create("main", Convert.ToHexString(serialNumber))))
            .Select(static contained => contained.ToString()).Append($"{list.ThisUpdate:O} {list.NextUpdate:O} {list.Number} {list.Count}"));
}
