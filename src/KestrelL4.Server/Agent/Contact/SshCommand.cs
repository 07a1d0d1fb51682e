using System.Diagnostics;
using System.Net;

namespace KestrelL4.Server.Agent.Contact;

/// <summary>How the OpenSSH client is asked for a stream to the authority.</summary>
/// <remarks>
/// It asks nobody anything, takes no unknown host key, notices within 15 s that the other side is gone, shares no connection that would
/// outlive it, and speaks English. Keys and known hosts are where it finds them by itself, or where the file of settings says.
/// </remarks>
internal static class SshCommand
{
    // A second less than an attempt has, so that the client's own words come first.
    private static readonly string[] Settings =
    [
        "BatchMode=yes", "StrictHostKeyChecking=yes", "ConnectTimeout=4", "ConnectionAttempts=1", "ServerAliveInterval=5", "ServerAliveCountMax=3",
        "ControlMaster=no", "ControlPath=none", "PermitLocalCommand=no", "LogLevel=INFO",
    ];

    /// <summary>What is started.</summary>
    /// <param name="program">The client's absolute path.</param>
    /// <param name="way">The way to the authority.</param>
    /// <param name="target">The authority.</param>
    public static ProcessStartInfo To(string program, Way way, DnsEndPoint target)
    {
        ProcessStartInfo start = new(program, Arguments(way, target))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    /// <summary>The arguments.</summary>
    public static IReadOnlyList<string> Arguments(Way way, DnsEndPoint target)
    {
        Uri via = way.Via!;
        string host = target.Host.Contains(':', StringComparison.Ordinal) ? $"[{target.Host.Trim('[', ']')}]" : target.Host;
        string user = Uri.UnescapeDataString(via.UserInfo);
        return
        [
            .. way.SshConfig is null ? (string[])[] : ["-F", way.SshConfig],
            "-W", $"{host}:{target.Port}",
            .. Settings.SelectMany(static setting => (string[])["-o", setting]),
            .. via.Port < 0 ? (string[])[] : ["-p", $"{via.Port}"],

            // What follows is no option, whatever it begins with.
            "--", user.Length == 0 ? via.DnsSafeHost : $"{user}@{via.DnsSafeHost}",
        ];
    }
}
