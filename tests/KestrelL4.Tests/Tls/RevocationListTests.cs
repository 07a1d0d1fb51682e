using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using KestrelL4.Registry;
using KestrelL4.Testing.Certificates;
using KestrelL4.Tls;

namespace KestrelL4.Tests.Tls;

public sealed class RevocationListTests
{
    private static readonly DateTimeOffset ThisUpdate = HandmadeRevocationList.DefaultThisUpdate;
    private static readonly TestAuthority Authority = TestAuthority.CreateRoot().CreateIntermediate("issuer");

    [Fact]
    public void TryRead_List_KnowsItsFacts()
    {
        RevocationList list = Read(Authority.RevocationList(7, ThisUpdate, ThisUpdate.AddDays(1), "5F3A01", "0A"));

        Assert.Equal(7, list.Number);
        Assert.Equal(ThisUpdate, list.ThisUpdate);
        Assert.Equal(ThisUpdate.AddDays(1), list.NextUpdate);
        Assert.Equal(2, list.Count);
    }

    [Theory]
    [InlineData("5F3A01", true)]
    [InlineData("0A", true)]
    [InlineData("00FFEE", true)]
    [InlineData("5F3A02", false)]
    [InlineData("5F3A0100", false)]
    [InlineData("5F3A", false)]
    [InlineData("0", false)]
    public void Contains_SerialNumber_IsThatOfAnEntry(string serialNumber, bool expected)
    {
        RevocationList list = Read(Authority.RevocationList(1, ThisUpdate, ThisUpdate.AddDays(1), "5F3A01", "0A", "00FFEE", "7000000000000000000000000000000001"));

        Assert.Equal(expected, list.Contains(CertificateId.Create("main", serialNumber)));
    }

    [Fact]
    public void Contains_CertificateIssuedAndRevoked_IsFound()
    {
        TestCertificate[] certificates = [.. Enumerable.Range(0, 20).Select(static i => Authority.Issue(new TestSubject($"client{i}")))];
        RevocationList list = Read(Authority.RevocationList(1, [.. certificates[..10].Select(static certificate => certificate.SerialNumber)]));

        Assert.All(certificates[..10], certificate => Assert.True(list.Contains(CertificateId.Create("main", certificate.SerialNumber))));
        Assert.All(certificates[10..], certificate => Assert.False(list.Contains(CertificateId.Create("main", certificate.SerialNumber))));
    }

    [Fact]
    public void Contains_SerialNumberZero_IsFoundWhenListed()
    {
        RevocationList list = Read(new HandmadeRevocationList { Authority = Authority, SerialNumbers = [[0]] }.Sign());

        Assert.True(list.Contains(CertificateId.Create("main", "00")));
    }

    [Fact]
    public void Contains_IdWithoutSerialNumber_IsNotFound() => Assert.False(Read(Authority.RevocationList(1, "0A")).Contains(default));

    [Fact]
    public void Contains_LongestSerialNumber_IsFound()
    {
        string longest = new('7', 128);

        RevocationList list = Read(Authority.RevocationList(1, longest));

        Assert.True(list.Contains(CertificateId.Create("main", longest)));
        Assert.False(list.Contains(CertificateId.Create("main", longest[1..])));
    }

    [Fact]
    public void TryRead_NothingRevoked_IsAnEmptyList() => Assert.Equal(0, Read(Authority.RevocationList(1)).Count);

    [Fact]
    public void TryRead_PastItsNextUpdate_IsAccepted()
    {
        RevocationList list = Read(Authority.RevocationList(1, ThisUpdate.AddDays(-9), ThisUpdate.AddDays(-8), "0A").Der);

        Assert.Equal(ThisUpdate.AddDays(-8), list.NextUpdate);
    }

    [Fact]
    public void TryRead_Version1WithoutNumberAndNextUpdate_IsAccepted()
    {
        RevocationList list = Read(new HandmadeRevocationList { Authority = Authority, Version = null, NextUpdate = null }.Sign());

        Assert.Null(list.Number);
        Assert.Null(list.NextUpdate);
        Assert.True(list.Contains(CertificateId.Create("main", "5F3A01")));
    }

    [Fact]
    public void TryRead_TimeBeyond2049_IsUnderstood()
    {
        DateTimeOffset far = new(2051, 2, 3, 4, 5, 6, TimeSpan.Zero);

        Assert.Equal(far, Read(new HandmadeRevocationList { Authority = Authority, NextUpdate = far }.Sign()).NextUpdate);
    }

    [Fact]
    public void TryRead_Pem_IsReadWithTheTextThatOpensslPutsBeforeIt()
    {
        TestRevocationList made = Authority.RevocationList(3, ThisUpdate, ThisUpdate.AddDays(1), "5F3A01");
        const string Before = "Certificate Revocation List (CRL):\n        Version 2 (0x1)\n        Issuer: CN = issuer\n";

        Assert.Equal(3, Read(Encoding.UTF8.GetBytes(made.Pem)).Number);
        Assert.Equal(3, Read(Encoding.UTF8.GetBytes(Before + made.Pem)).Number);
        Assert.Equal(3, Read(Encoding.UTF8.GetBytes(made.Pem.ReplaceLineEndings("\r\n"))).Number);
    }

    [Fact]
    public void TryRead_TwoHundredThousandEntries_TakesNoTimeToSpeakOf()
    {
        byte[][] serialNumbers = [.. Enumerable.Range(0, 200_000).Select(static i => (byte[])[0x40, .. BitConverter.GetBytes(i * 7919L), 1, 2, 3])];
        byte[] der = new HandmadeRevocationList { Authority = Authority, SerialNumbers = serialNumbers }.Sign();
        Read(Authority.RevocationList(1));
        long start = Stopwatch.GetTimestamp();

        RevocationList list = Read(der);

        // It takes half a second on two slow cores, most of it the compiler's; an insertion that walks the list would take minutes.
        TimeSpan taken = Stopwatch.GetElapsedTime(start);
        Assert.True(taken < TimeSpan.FromSeconds(5), $"reading took {taken}");
        Assert.Equal(200_000, list.Count);
        Assert.All(serialNumbers, number => Assert.True(list.Contains(CertificateId.Create("main", Convert.ToHexString(number)))));
        Assert.False(list.Contains(CertificateId.Create("main", "40")));
    }

    [Theory]
    [InlineData(1, 0, 2, 0, true)]
    [InlineData(2, 0, 1, 0, false)]
    [InlineData(1, 0, 1, 0, false)]
    [InlineData(1, 5, 2, 0, true)]
    [InlineData(2, 0, 1, 5, false)]
    [InlineData(null, 0, null, 5, true)]
    [InlineData(1, 0, null, 5, true)]
    [InlineData(null, 5, 1, 0, false)]
    [InlineData(null, 0, null, 0, false)]
    public void IsOlderThan_NumbersElseTimes_Decide(int? number, int hours, int? otherNumber, int otherHours, bool expected) =>
        Assert.Equal(expected, Numbered(number, hours).IsOlderThan(Numbered(otherNumber, otherHours)));

    private static RevocationList Numbered(int? number, int hours) => Read(new HandmadeRevocationList
    {
        Authority = Authority,
        ThisUpdate = ThisUpdate.AddHours(hours - 10),
        Extensions = number is { } known ? [HandmadeRevocationList.Extension("2.5.29.20", 2, 1, (byte)known)] : [],
    }.Sign());

    private static RevocationList Read(TestRevocationList list) => Read(list.Der);

    private static RevocationList Read(byte[] content)
    {
        X509Certificate2 issuer = Authority.Chain().First();
        Assert.True(RevocationList.TryRead(content, issuer, TimeProvider.System.GetUtcNow(), out RevocationList? list, out string? problem), problem);
        Assert.Null(problem);
        return list;
    }
}
