using System.Net;
using System.Net.Sockets;
using KestrelL4.Server.Ports;

namespace KestrelL4.Server.Tests.Ports;

public sealed class EndPointOverlapTests
{
    [Theory]
    [InlineData("127.0.0.1:5", "127.0.0.1:5", true)]
    [InlineData("127.0.0.1:5", "127.0.0.1:6", false)]
    [InlineData("127.0.0.1:5", "127.0.0.2:5", false)]
    [InlineData("127.0.0.1:5", "0.0.0.0:5", true)]
    [InlineData("127.0.0.1:5", "[::]:5", true)]
    [InlineData("[::1]:5", "0.0.0.0:5", false)]
    [InlineData("[::1]:5", "[::]:5", true)]
    [InlineData("0.0.0.0:5", "[::]:5", true)]
    [InlineData("127.0.0.1:0", "127.0.0.1:0", false)]
    public void Between_Addresses_IsAsTheKernelSeesIt(string one, string other, bool expected)
    {
        Assert.Equal(expected, EndPointOverlap.Between(IPEndPoint.Parse(one), IPEndPoint.Parse(other)));
        Assert.Equal(expected, EndPointOverlap.Between(IPEndPoint.Parse(other), IPEndPoint.Parse(one)));
    }

    [Theory]
    [InlineData("/a", "/a", true)]
    [InlineData("/a", "/b", false)]
    public void Between_UnixSockets_IsTheirPath(string one, string other, bool expected) => Assert.Equal(
        expected, EndPointOverlap.Between(new UnixDomainSocketEndPoint(one), new UnixDomainSocketEndPoint(other)));

    [Fact]
    public void Between_UnixSocketAndAddress_IsNot() =>
        Assert.False(EndPointOverlap.Between(new UnixDomainSocketEndPoint("/a"), IPEndPoint.Parse("127.0.0.1:5")));
}
