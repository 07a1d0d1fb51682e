using System.Net;
using System.Runtime.CompilerServices;

namespace KestrelL4.FunctionalTests.ProxyProtocol;

/// <summary>haproxy and nginx, on either side of a node.</summary>
internal static class RealProxy
{
    /// <summary>Starts haproxy with the sections given, which listen at the port.</summary>
    public static Task<ServerProgram> StartHaproxyAsync(TemporaryDirectory directory, IPEndPoint port, string sections)
    {
        string configuration = directory.Write($"haproxy-{port.Port}.cfg", Invariant(
            $"""
            global
              maxconn 100
            defaults
              timeout connect 5s
              timeout client 30s
              timeout server 30s
            {sections}

            """));
        return ServerProgram.StartAsync("/usr/sbin/haproxy", ["-db", "-q", "-f", configuration], directory.Path, port);
    }

    /// <summary>Starts nginx with the stream server given, which listens at the port.</summary>
    public static Task<ServerProgram> StartNginxAsync(TemporaryDirectory directory, IPEndPoint port, string server)
    {
        string configuration = directory.Write("nginx.conf", Invariant(
            $$"""
            load_module /usr/lib/nginx/modules/ngx_stream_module.so;
            daemon off;
            pid {{directory.Path}}/nginx.pid;
            error_log stderr;
            events { worker_connections 64; }
            stream {
              {{server}}
            }

            """));
        return ServerProgram.StartAsync("/usr/sbin/nginx", ["-p", directory.Path, "-c", configuration], directory.Path, port);
    }

    private static string Invariant(DefaultInterpolatedStringHandler text) => text.ToStringAndClear();
}
