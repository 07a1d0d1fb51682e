using System.Net;

namespace KestrelL4.FunctionalTests.Upstreams;

/// <summary>A real nginx that speaks TLS, wants a client certificate and answers every request with that certificate's serial number.</summary>
internal sealed class NginxUpstream(ServerProgram program, TemporaryDirectory directory, TestAuthority clients) : IAsyncDisposable
{
    /// <summary>The name that its certificate bears.</summary>
    public const string Name = "db.internal";

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint => program.EndPoint;

    /// <summary>Who signs the client certificates that it accepts.</summary>
    public TestAuthority Clients => clients;

    /// <summary>Starts it with a certificate.</summary>
    public static async Task<NginxUpstream> StartAsync(TestCertificate certificate)
    {
        TemporaryDirectory directory = new();
        TestAuthority clients = TestAuthority.CreateRoot("upstream client authority");
        certificate.WriteTo(directory.Path, "server");
        clients.WriteTo(directory.Path, "clients.crt");
        IPEndPoint port = FreePort.Take();
        ServerProgram program = await Nginx.ServeHttpAsync(
            directory,
            port,
            $$"""
            listen {{port}} ssl;
            ssl_certificate {{directory.Path}}/server.crt;
            ssl_certificate_key {{directory.Path}}/server.key;
            ssl_client_certificate {{directory.Path}}/clients.crt;
            ssl_verify_client on;
            ssl_protocols TLSv1.2 TLSv1.3;
            location / { return 200 "serial $ssl_client_serial over $ssl_protocol\n"; }
            """);
        return new NginxUpstream(program, directory, clients);
    }

    public async ValueTask DisposeAsync()
    {
        await program.DisposeAsync();
        directory.Dispose();
    }
}
