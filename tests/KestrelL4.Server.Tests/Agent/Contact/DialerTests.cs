using System.Net;
using System.Net.Sockets;
using KestrelL4.Forwarding;
using KestrelL4.Server.Agent.Contact;
using KestrelL4.Testing.Servers;

namespace KestrelL4.Server.Tests.Agent.Contact;

/// <summary>Names that do not exist, name servers that are away, and names with several addresses.</summary>
public sealed class DialerTests
{
    [Theory]
    [InlineData(SocketError.HostNotFound, "does not exist")]
    [InlineData(SocketError.NoData, "has no address")]
    public async Task Connect_NameThatDoesNotExist_IsTheConfigurations(SocketError error, string sentence)
    {
        ContactException exception = await FailAsync(_ => throw new SocketException((int)error));

        Assert.Equal(ContactFault.Misconfigured, exception.Fault);
        Assert.Contains(sentence, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SocketError.TryAgain)]
    [InlineData(SocketError.NoRecovery)]
    public async Task Connect_NameServerThatIsAway_IsAnOutage(SocketError error)
    {
        ContactException exception = await FailAsync(_ => throw new SocketException((int)error));

        Assert.Equal(ContactFault.Away, exception.Fault);
        Assert.Contains("cannot be found now: looking up 'authority.test' failed", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_NameWithADeadAddress_ReachesTheOther()
    {
        using ManualServer server = new();
        Dialer dialer = new(new NameResolution(static _ => [IPAddress.Parse("127.0.0.9"), IPAddress.Loopback], TimeProvider.System), TimeProvider.System);

        await using Stream stream = await dialer.ConnectAsync(new DnsEndPoint("authority.test", server.EndPoint.Port), default);
        using Socket accepted = await server.AcceptAsync();

        Assert.True(accepted.Connected);
    }

    private static Task<ContactException> FailAsync(Func<string, IPAddress[]> lookUp)
    {
        Dialer dialer = new(new NameResolution(lookUp, TimeProvider.System), TimeProvider.System);
        return Assert.ThrowsAsync<ContactException>(() => dialer.ConnectAsync(new DnsEndPoint("authority.test", 7443), default));
    }
}
