using System.Net;
using System.Text;

namespace KestrelL4.FunctionalTests.Faults;

/// <summary>A real nginx, one process of it, that answers every request with its name; it can be killed, stopped and started again.</summary>
internal sealed class WebUpstream : IAsyncDisposable
{
    private static readonly byte[] Request = Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: upstream\r\n\r\n");

    private readonly TemporaryDirectory _directory = new();
    private readonly string _configuration;

    private WebUpstream(string name)
    {
        Name = name;
        _configuration = _directory.Write(
            "nginx.conf",
            $$"""
            daemon off;
            master_process off;
            pid {{_directory.Path}}/nginx.pid;
            error_log stderr;
            events { worker_connections 256; }
            http {
              access_log off;
              client_body_temp_path {{_directory.Path}}/body;
              proxy_temp_path {{_directory.Path}}/proxy;
              fastcgi_temp_path {{_directory.Path}}/fastcgi;
              uwsgi_temp_path {{_directory.Path}}/uwsgi;
              scgi_temp_path {{_directory.Path}}/scgi;
              keepalive_timeout 1h;
              server { listen {{EndPoint}}; location / { return 200 "{{name}}"; } }
            }

            """);
    }

    /// <summary>Its name, two letters long.</summary>
    public string Name { get; }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; } = FreePort.Take();

    /// <summary>The process that runs now.</summary>
    public ServerProgram Program { get; private set; } = null!;

    /// <summary>Starts it.</summary>
    public static async Task<WebUpstream> StartAsync(string name)
    {
        WebUpstream upstream = new(name);
        await upstream.StartAsync();
        return upstream;
    }

    /// <summary>Starts it again, after it was killed.</summary>
    public async Task StartAsync() =>
        Program = await ServerProgram.StartAsync("/usr/sbin/nginx", ["-p", _directory.Path, "-c", _configuration], _directory.Path, EndPoint);

    /// <summary>Asks whoever is at the other end of a connection for its name.</summary>
    public static async Task<string> AskAsync(TlsClient client)
    {
        await client.SendAsync(Request);
        StringBuilder answer = new();
        while (!answer.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            answer.Append(Encoding.ASCII.GetString(await client.ReceiveAsync(1)));
        }

        return Encoding.ASCII.GetString(await client.ReceiveAsync(2));
    }

    public async ValueTask DisposeAsync()
    {
        await Program.DisposeAsync();
        _directory.Dispose();
    }
}
