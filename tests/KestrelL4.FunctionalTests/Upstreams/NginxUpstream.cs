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
        string configuration = directory.Write("nginx.conf", Configuration(directory.Path, port));
        ServerProgram program = await ServerProgram.StartAsync(
            "/usr/sbin/nginx", ["-p", directory.Path, "-c", configuration], directory.Path, port);
        return new NginxUpstream(program, directory, clients);
    }

    public async ValueTask DisposeAsync()
    {
        await program.DisposeAsync();
        directory.Dispose();
    }

    private static string Configuration(string directory, IPEndPoint port) =>
        $$"""
        daemon off;
        pid {{directory}}/nginx.pid;
        error_log stderr;
        events { worker_connections 256; }
        http {
          access_log off;
          client_body_temp_path {{directory}}/body;
          proxy_temp_path {{directory}}/proxy;
          fastcgi_temp_path {{directory}}/fastcgi;
          uwsgi_temp_path {{directory}}/uwsgi;
          scgi_temp_path {{directory}}/scgi;
          server {
            listen {{port}} ssl;
            ssl_certificate {{directory}}/server.crt;
            ssl_certificate_key {{directory}}/server.key;
            ssl_client_certificate {{directory}}/clients.crt;
            ssl_verify_client on;
            ssl_protocols TLSv1.2 TLSv1.3;
            location / { return 200 "serial $ssl_client_serial over $ssl_protocol\n"; }
          }
        }
        """;
}
