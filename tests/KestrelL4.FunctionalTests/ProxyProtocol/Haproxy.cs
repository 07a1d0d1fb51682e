using System.Net;
using System.Runtime.CompilerServices;

namespace KestrelL4.FunctionalTests.ProxyProtocol;

/// <summary>A real haproxy, on either side of a node.</summary>
internal static class Haproxy
{
    /// <summary>Starts haproxy with the sections given, which listen at the port.</summary>
    public static Task<ServerProgram> StartAsync(TemporaryDirectory directory, IPEndPoint port, string sections)
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

    private static string Invariant(DefaultInterpolatedStringHandler text) => text.ToStringAndClear();
}
