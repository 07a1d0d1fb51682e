using System.Net;
using System.Net.Sockets;
using System.Text;
using KestrelL4.Testing;
using KestrelL4.Testing.Fuzzing;

namespace KestrelL4.Server.Tests.Admin;

/// <summary>What holds for every sequence of bytes at either door of the admin endpoint: an answer that blames the request, and the next one is served.</summary>
public sealed class AdminFuzzTests
{
    private const int Rounds = 300;

    private static readonly byte[][] Valid =
    [
        .. new[]
        {
            "GET /status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            "GET /readyz/application:echo HTTP/1.1\r\nHost: 127.0.0.1:1\r\nConnection: close\r\n\r\n",
            "HEAD /metrics HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n",
            "GET /explain?client=alice&application=echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            "POST /drain?application=echo&upstream=db1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
            "POST /undrain HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            "DELETE /connections/A HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            "POST /reload HTTP/1.0\r\n\r\n",
            "GET /openapi/v1.json HTTP/1.1\r\nHost: admin.internal\r\nConnection: close\r\n\r\n",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    private static readonly byte[][] Words =
    [
        .. new[]
        {
            "\r\n", "\r\n\r\n", " ", "?", "&", "=", "%00", "%2e%2e/", "%ff", "%", "/", "//", "/../", "Host: evil.example\r\n", "Content-Length: -1\r\n", "Content-Length: 99999999999999999999\r\n",
            "Transfer-Encoding: chunked\r\n", "Expect: 100-continue\r\n", "Upgrade: websocket\r\n", "HTTP/2.0", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "OPTIONS * HTTP/1.1\r\n", "CONNECT a:1 HTTP/1.1\r\n", "application=", "upstream=", "client=",
        }.Select(Encoding.ASCII.GetBytes),
        [0], [0xFF], [0xC3, 0xA9], [0x16, 0x03, 0x01], [.. Enumerable.Repeat((byte)'a', 9_000)],
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Request_Spoiled_IsAnsweredAndTheNextIsServed(bool isSocket)
    {
        await using AdminFixture node = await (isSocket ? AdminFixture.StartedOnSocketAsync() : AdminFixture.StartedAsync());
        node.BecomeHealthy();
        EndPoint door = isSocket ? new UnixDomainSocketEndPoint(node.SocketPath) : IPEndPoint.Parse(new Uri(node.Host.Address).Authority);
        Mutations mutations = new(Valid, Words);
        await Fuzz.RunAsync(Rounds, async random =>
        {
            byte[] request = mutations.Next(random);
            string answer = Encoding.ASCII.GetString(await AskAsync(door, request));
            foreach (string line in answer.Split('\n').Where(static line => line.StartsWith("HTTP/1.1 ", StringComparison.Ordinal)))
            {
                Assert.False(line.StartsWith("HTTP/1.1 500", StringComparison.Ordinal), $"{line} for {Convert.ToHexString(request)}");
            }

            Assert.True(isSocket || node.Drained is null, $"something was drained by {Convert.ToHexString(request)}");
        });
        using HttpResponseMessage next = await node.Client.GetAsync(new Uri("/readyz", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    private static async Task<byte[]> AskAsync(EndPoint door, byte[] request)
    {
        using Socket socket = new(door.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(door);
        using CancellationTokenSource deadline = new(Eventually.DefaultDeadline);
        try
        {
            await socket.SendAllAsync(request, deadline.Token);
            socket.Shutdown(SocketShutdown.Send);
            return await socket.ReceiveToEndAsync(deadline.Token);
        }
        catch (SocketException)
        {
            // It had seen enough before everything was sent.
            return [];
        }
    }
}
