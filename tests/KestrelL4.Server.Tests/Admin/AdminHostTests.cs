using System.Net;
using System.Net.Sockets;
using System.Text;
using KestrelL4.Server.Admin;
using KestrelL4.Server.Configuration;
using KestrelL4.Testing;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace KestrelL4.Server.Tests.Admin;

[Collection(ProcessWide.Name)]
public sealed class AdminHostTests
{
    [Fact]
    public async Task StartAsync_UrlsInTheEnvironment_AreIgnored()
    {
        string[] names = ["ASPNETCORE_URLS", "DOTNET_URLS", "URLS", "ASPNETCORE_HTTP_PORTS", "DOTNET_HTTP_PORTS", "HTTP_PORTS"];
        int port = FreePort.Take().Port;
        try
        {
            foreach (string name in names)
            {
                Environment.SetEnvironmentVariable(name, name.EndsWith("URLS", StringComparison.Ordinal) ? $"http://127.0.0.1:{port}" : $"{port}");
            }

            await using AdminFixture node = await AdminFixture.StartedAsync();

            IServerAddressesFeature? addresses = node.Host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
            Assert.Equal([node.Host.Address], addresses?.Addresses);
            Assert.NotEqual(port, new Uri(node.Host.Address).Port);
            using var client = new TcpClient();
            await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(IPAddress.Loopback, port));
        }
        finally
        {
            Array.ForEach(names, static name => Environment.SetEnvironmentVariable(name, null));
        }
    }

    [Fact]
    public async Task StartAsync_Localhost_ServesOnLoopback()
    {
        int port = FreePort.Take().Port;
        var listen = new ListenAddress($"localhost:{port}", [new IPEndPoint(IPAddress.Loopback, port), new IPEndPoint(IPAddress.IPv6Loopback, port)]);
        await using var node = new AdminFixture(listen);

        await node.Host.StartAsync();

        Assert.Equal($"http://127.0.0.1:{port}", node.Host.Address);
        using HttpResponseMessage response = await node.Client.GetAsync(new Uri($"http://127.0.0.1:{port}/livez"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task StartAsync_UnixSocketLeftByADeadProcess_ServesThereWithMode0660()
    {
        using var directory = new TemporaryDirectory();
        string path = directory["admin.sock"];
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            // Renamed, so that closing does not remove it.
            dead.Bind(new UnixDomainSocketEndPoint(path + ".before"));
            dead.Listen();
            File.Move(path + ".before", path);
        }

        await using (var node = new AdminFixture(new ListenAddress($"unix:{path}", [new UnixDomainSocketEndPoint(path)])))
        {
            await node.Host.StartAsync();

            using HttpResponseMessage response = await node.Client.GetAsync(new Uri("/livez", UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, File.GetUnixFileMode(path));
        }

        Assert.False(Path.Exists(path));
    }

    // Whoever asks whether the process turns ends the node when it is not told.
    [Fact]
    public async Task Connections_MoreThanMayBe_TheLongestUnusedGiveWay()
    {
        await using AdminFixture node = await AdminFixture.StartedAsync();
        IPEndPoint door = IPEndPoint.Parse(new Uri(node.Host.Address).Authority);
        using Socket asker = await ConnectAsync(door);
        List<Socket> crowd = [];
        try
        {
            for (int count = 1; count < AdminServerOptions.MostConnections; count++)
            {
                crowd.Add(await ConnectAsync(door));
            }

            // It was accepted last, so all are there.
            await AskAsync(crowd[^1]);
            await AskAsync(asker);
            for (int count = 0; count < AdminServerOptions.MostConnections / 2; count++)
            {
                crowd.Add(await ConnectAsync(door));
            }

            using Socket latest = await ConnectAsync(door);
            await AskAsync(latest);
            await AskAsync(asker);
            await Eventually.UntilAsync(
                () => crowd.Count(static one => one.Poll(0, SelectMode.SelectRead)) == (AdminServerOptions.MostConnections / 2) + 1, "those give way that are too many");
        }
        finally
        {
            crowd.ForEach(static one => one.Dispose());
        }
    }

    [Fact]
    public async Task Services_Lifetime_LeavesSignalsAlone()
    {
        await using var node = new AdminFixture();

        string lifetime = node.Host.Services.GetRequiredService<IHostLifetime>().GetType().Name;

        Assert.Equal("SilentLifetime", lifetime);
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint door)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(door);
        return socket;
    }

    private static async Task AskAsync(Socket socket)
    {
        await socket.SendAsync("HEAD /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        byte[] answer = new byte[4096];
        int length = await Eventually.WithinAsync(socket.ReceiveAsync(answer), "it is answered");
        Assert.StartsWith("HTTP/1.1 200 OK", Encoding.ASCII.GetString(answer, 0, length), StringComparison.Ordinal);
    }
}
