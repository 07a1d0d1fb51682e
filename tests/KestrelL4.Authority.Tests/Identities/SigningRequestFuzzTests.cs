using System.Security.Cryptography;
using System.Text;
using KestrelL4.Authority.Identities;
using KestrelL4.Testing.Fuzzing;

namespace KestrelL4.Authority.Tests.Identities;

/// <summary>What holds for everything that is sent as a signing request, by strangers too: a key that has signed it, or a refusal.</summary>
public sealed class SigningRequestFuzzTests
{
    private const int Rounds = 1_000;

    private static readonly byte[][] Words =
    [
        .. new[]
        {
            "-----BEGIN CERTIFICATE REQUEST-----", "-----END CERTIFICATE REQUEST-----", "-----BEGIN NEW CERTIFICATE REQUEST-----", "-----BEGIN CERTIFICATE-----",
            "\n", "\r\n", "=", "==", "----", "AAAA",
        }.Select(Encoding.ASCII.GetBytes),

        // Lengths without end, explicit curves, a key of no kind, an exponent of one.
        [0x30, 0x80], [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], [0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x01, 0x01], [0x06, 0x03, 0x2B, 0x65, 0x70], [0x02, 0x01, 0x01], [0x05, 0x00],
    ];

    [Fact]
    public void TryRead_Spoiled_IsAKeyThatSignedItOrARefusal()
    {
        using var small = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var large = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        using var rsa = RSA.Create(2048);
        string[] requests = [.. new AsymmetricAlgorithm[] { small, large, rsa }.Select(static key => AuthorityFixture.RequestFor(key))];
        HashSet<string> keys = [.. requests.Select(static pem => Read(pem).KeyHash!)];
        Mutations texts = new([.. requests.Select(Encoding.ASCII.GetBytes)], Words);
        Mutations trees = new([.. requests.Select(DerOf)], Words);

        Fuzz.Run(
            Rounds,
            random => random.Next(4) == 0 ? texts.Next(random) : Encoding.ASCII.GetBytes(PemEncoding.WriteString("CERTIFICATE REQUEST", trees.Next(random))),
            bytes =>
            {
                (string? hash, string? refusal) = Read(Encoding.ASCII.GetString(bytes));

                Assert.True((hash is null) != (refusal is null), $"{hash}, {refusal}");
                Assert.True(hash is null || keys.Contains(hash), "a key is believed that has signed nothing");
            });
    }

    private static (string? KeyHash, string? Refusal) Read(string pem) =>
        SigningRequest.TryRead(pem, out SigningRequest? request, out string? refusal) ? (request.KeyHash, refusal) : (request?.KeyHash, refusal);

    private static byte[] DerOf(string pem)
    {
        PemFields fields = PemEncoding.Find(pem);
        return Convert.FromBase64String(pem[fields.Base64Data]);
    }
}
