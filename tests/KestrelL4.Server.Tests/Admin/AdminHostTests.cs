using System.Net;
using System.Net.Sockets;
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

    [Fact]
    public async Task Services_Lifetime_LeavesSignalsAlone()
    {
        await using var node = new AdminFixture();

        string lifetime = node.Host.Services.GetRequiredService<IHostLifetime>().GetType().Name;

        Assert.Equal("SilentLifetime", lifetime);
    }
}
