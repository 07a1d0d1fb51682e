using System.Net;
using KestrelL4.Forwarding;
using KestrelL4.Server.Discovery;

namespace KestrelL4.Server.Tests.Discovery;

public sealed class ExpandedNameTests
{
    [Fact]
    public void Of_SameAddressesInAnotherOrder_AreTheSame()
    {
        IPAddress[] addresses = [.. new[] { "10.0.0.2", "fd00::1", "10.0.0.10" }.Select(IPAddress.Parse)];

        ExpandedName one = ExpandedName.Of(new NameAnswer(addresses, null));
        ExpandedName other = ExpandedName.Of(new NameAnswer([.. addresses.Reverse()], null));

        Assert.True(one.HasSameAddresses(other));
        Assert.Equal(["10.0.0.2", "10.0.0.10", "fd00::1"], one.Addresses.Select(static address => address.ToString()));
        Assert.Null(one.Problem);
    }

    [Fact]
    public void Of_ThousandAddresses_UsesAsManyAsItSays()
    {
        IPAddress[] addresses = [.. Enumerable.Range(0, 1000).Select(static i => new IPAddress([10, 0, (byte)(i / 256), (byte)i]))];

        ExpandedName name = ExpandedName.Of(new NameAnswer(addresses, null));

        Assert.Equal(addresses[..ExpandedName.MostAddresses], name.Addresses);
        Assert.Equal("it has 1000 addresses, and only 256 of them are used", name.Problem);
    }

    [Fact]
    public void Of_FailedLookUp_SaysWhatStaysInUse()
    {
        Assert.Equal("it fails; its last 1 addresses stay in use", ExpandedName.Of(new NameAnswer([IPAddress.Loopback], "it fails")).Problem);
        Assert.Equal("it fails", ExpandedName.Of(new NameAnswer([], "it fails")).Problem);
    }
}
