using KestrelL4.Registry;

namespace KestrelL4.Tests.Registry;

public sealed class CertificateIdTests
{
    [Theory]
    [InlineData("5F3A01", "5F3A01")]
    [InlineData("5f3a01", "5F3A01")]
    [InlineData("5F:3A:01", "5F3A01")]
    [InlineData(" 5F 3A 01 ", "5F3A01")]
    [InlineData("0x5F3A01", "5F3A01")]
    [InlineData("0X005f3a01", "5F3A01")]
    [InlineData("00ABCD", "ABCD")]
    [InlineData("0", "0")]
    [InlineData("00:00", "0")]
    [InlineData("0100", "100")]
    public void TryCreate_AsToolsPrintIt_IsNormalised(string text, string serialNumber)
    {
        Assert.True(CertificateId.TryCreate("main", text, out CertificateId id));
        Assert.Equal(("main", serialNumber), (id.Authority, id.SerialNumber));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData(":")]
    [InlineData("0x")]
    [InlineData("5G")]
    [InlineData("-5F")]
    [InlineData("5F3A01h")]
    [InlineData("\uFF15")]
    public void TryCreate_NoHexadecimalNumber_IsRefused(string? text)
    {
        Assert.False(CertificateId.TryCreate("main", text, out CertificateId id));
        Assert.Equal(default, id);
    }

    [Theory]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void TryCreate_ManyDigits_AreBoundedWithoutLeadingZeros(int digits, bool accepted)
    {
        Assert.Equal(accepted, CertificateId.TryCreate("main", "0000" + new string('F', digits), out _));
    }

    [Fact]
    public void Create_NoHexadecimalNumber_Throws()
    {
        Assert.Throws<FormatException>(() => CertificateId.Create("main", "xyz"));
    }

    [Fact]
    public void TryCreate_NoAuthority_Throws()
    {
        Assert.Throws<ArgumentException>(() => CertificateId.TryCreate("", "5F", out _));
    }

    [Fact]
    public void Equals_SameAuthorityInAnotherCase_IsTheSameCertificate()
    {
        CertificateId left = CertificateId.Create("main", "5f3a");
        CertificateId right = CertificateId.Create("MAIN", "00:5F:3A");

        Assert.True(left == right);
        Assert.True(left.Equals((object)right));
        Assert.Equal(left.GetHashCode(), right.GetHashCode());
    }

    [Theory]
    [InlineData("other", "5F")]
    [InlineData("main", "5E")]
    public void Equals_OtherAuthorityOrNumber_IsAnotherCertificate(string authority, string serialNumber)
    {
        Assert.True(CertificateId.Create("main", "5F") != CertificateId.Create(authority, serialNumber));
    }

    [Fact]
    public void Default_Compared_EqualsOnlyItself()
    {
        Assert.Equal(0, default(CertificateId).GetHashCode());
        Assert.False(default(CertificateId).Equals(CertificateId.Create("main", "0")));
    }

    [Fact]
    public void ToString_IsTheFormOfConfiguration()
    {
        Assert.Equal("main:5F3A01", CertificateId.Create("main", "5f:3a:01").ToString());
    }
}
