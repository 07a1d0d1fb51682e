using System.Net;

namespace KestrelL4.Testing.Servers;

/// <summary>A real nginx that stays in the foreground and keeps all it writes in a directory of the test.</summary>
public static class Nginx
{
    /// <summary>Starts it with a server of HTTP.</summary>
    /// <param name="directory">Where its files are.</param>
    /// <param name="port">Where the server listens.</param>
    /// <param name="server">What stands in the section <c>server</c>, <c>listen</c> included.</param>
    public static Task<ServerProgram> ServeHttpAsync(TemporaryDirectory directory, IPEndPoint port, string server) => StartAsync(
        directory,
        port,
        $$"""
        http {
          access_log off;
          client_body_temp_path {{directory.Path}}/body;
          proxy_temp_path {{directory.Path}}/proxy;
          fastcgi_temp_path {{directory.Path}}/fastcgi;
          uwsgi_temp_path {{directory.Path}}/uwsgi;
          scgi_temp_path {{directory.Path}}/scgi;
          server { {{server}} }
        }
        """);

    /// <summary>Starts it with a server of bare TCP.</summary>
    /// <inheritdoc cref="ServeHttpAsync"/>
    public static Task<ServerProgram> ServeStreamAsync(TemporaryDirectory directory, IPEndPoint port, string server) => StartAsync(
        directory,
        port,
        $$"""
        load_module /usr/lib/nginx/modules/ngx_stream_module.so;
        stream { server { {{server}} } }
        """);

    private static Task<ServerProgram> StartAsync(TemporaryDirectory directory, IPEndPoint port, string sections)
    {
        string configuration = directory.Write(
            "nginx.conf",
            $$"""
            {{sections}}
            daemon off;
            pid {{directory.Path}}/nginx.pid;
            error_log stderr;
            events { worker_connections 256; }

            """);
        return ServerProgram.StartAsync("/usr/sbin/nginx", ["-p", directory.Path, "-c", configuration], directory.Path, port);
    }
}
