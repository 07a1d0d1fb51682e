using System.Security.Cryptography;
using KestrelL4.Authority.Identities;

namespace KestrelL4.Authority.Tests.Identities;

public sealed class SigningRequestTests
{
    [Theory]
    [InlineData("P-256")]
    [InlineData("P-384")]
    [InlineData("RSA-2048")]
    public void TryRead_StrongKey_IsTaken(string kind)
    {
        using AsymmetricAlgorithm key = KeyOf(kind);

        Assert.True(SigningRequest.TryRead(AuthorityFixture.RequestFor(key), out SigningRequest? request, out string? refusal), refusal);
        Assert.Equal(64, request.KeyHash.Length);
    }

    [Theory]
    [InlineData("RSA-1024")]
    [InlineData("secp224r1")]
    public void TryRead_WeakKey_IsRefused(string kind)
    {
        using AsymmetricAlgorithm key = KeyOf(kind);

        Assert.False(SigningRequest.TryRead(AuthorityFixture.RequestFor(key), out _, out string? refusal));
        Assert.Contains("key", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_SignatureOfAnotherKey_IsRefused()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string text = AuthorityFixture.RequestFor(key);
        byte[] request = Convert.FromBase64String(text[PemEncoding.Find(text).Base64Data]);
        request[60] ^= 1;

        Assert.False(SigningRequest.TryRead(PemEncoding.WriteString("CERTIFICATE REQUEST", request), out _, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----")]
    [InlineData("-----BEGIN CERTIFICATE REQUEST-----\nnothing that is base64\n-----END CERTIFICATE REQUEST-----")]
    public void TryRead_Garbage_IsRefused(string text) => Assert.False(SigningRequest.TryRead(text, out _, out _));

    [Fact]
    public void TryRead_TooLong_IsRefused()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        Assert.False(SigningRequest.TryRead(AuthorityFixture.RequestFor(key) + new string('\n', SigningRequest.MaxBytes), out _, out _));
    }

    private static AsymmetricAlgorithm KeyOf(string kind) => kind switch
    {
        "P-256" => ECDsa.Create(ECCurve.NamedCurves.nistP256),
        "P-384" => ECDsa.Create(ECCurve.NamedCurves.nistP384),
        "secp224r1" => ECDsa.Create(ECCurve.CreateFromFriendlyName("secp224r1")),
        _ => RSA.Create(int.Parse(kind["RSA-".Length..], System.Globalization.CultureInfo.InvariantCulture)),
    };
}
