using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Listeners;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
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
        int port = FreePort();
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
    public async Task StartAsync_PortTaken_ThrowsWithTheAddress()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var listen = ListenAddress.Loopback(((IPEndPoint)taken.LocalEndpoint).Port);
        await using var node = new AdminFixture(listen);

        BindException e = await Assert.ThrowsAsync<BindException>(() => node.Host.StartAsync(CancellationToken.None));

        Assert.Contains(listen.Text, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_ForeignAddress_ThrowsWithTheAddress()
    {
        await using var node = new AdminFixture(new ListenAddress("192.0.2.1:9780", [IPEndPoint.Parse("192.0.2.1:9780")]));

        BindException e = await Assert.ThrowsAsync<BindException>(() => node.Host.StartAsync(CancellationToken.None));

        Assert.Contains("192.0.2.1:9780", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_Localhost_ServesOnLoopback()
    {
        int port = FreePort();
        var listen = new ListenAddress($"localhost:{port}", [new IPEndPoint(IPAddress.Loopback, port), new IPEndPoint(IPAddress.IPv6Loopback, port)]);
        await using var node = new AdminFixture(listen);

        await node.Host.StartAsync(CancellationToken.None);

        Assert.Equal($"http://localhost:{port}", node.Host.Address);
        using HttpResponseMessage response = await node.Client.GetAsync(new Uri($"http://127.0.0.1:{port}/livez"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Services_BeforeTheStart_CarryTlsOfAnotherServer()
    {
        await using var node = new AdminFixture();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new CertificateRequest("CN=node", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        var options = new KestrelServerOptions { ApplicationServices = node.Host.Services };

        options.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate));
    }

    [Fact]
    public async Task Services_Lifetime_LeavesSignalsAlone()
    {
        await using var node = new AdminFixture();

        string lifetime = node.Host.Services.GetRequiredService<IHostLifetime>().GetType().Name;

        Assert.Equal("SilentLifetime", lifetime);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
