using System.Net;

namespace KestrelL4.Testing.Servers;

/// <summary>A real OpenSSH server on a loopback port, with keys of its own, and the settings with which a client reaches it.</summary>
public sealed class SshServer : IAsyncDisposable
{
    private readonly TemporaryDirectory _home;
    private readonly ServerProgram _program;
    private bool _isStopped;

    private SshServer(TemporaryDirectory home, ServerProgram program)
    {
        _home = home;
        _program = program;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint => _program.EndPoint;

    /// <summary>The user whom it lets in by the client's key.</summary>
    public static string User => Environment.UserName;

    /// <summary>The path of a client's settings: its key, and the server's host key.</summary>
    public string ClientConfig => _home["client_config"];

    /// <summary>Starts one.</summary>
    /// <param name="forwarding">What it lets a client reach: the value of <c>AllowTcpForwarding</c>.</param>
    public static async Task<SshServer> StartAsync(string forwarding = "yes")
    {
        TemporaryDirectory home = new();
        IPEndPoint endPoint = FreePort.Take();
        foreach (string key in (string[])["host_key", "client_key"])
        {
            await Tool.RunAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", home[key]]);
        }

        File.Copy(home["client_key.pub"], home["authorized_keys"]);
        home.Write("known_hosts", $"[{endPoint.Address}]:{endPoint.Port} {File.ReadAllText(home["host_key.pub"])}");
        home.Write("client_config", $"Host *\n  IdentityFile {home["client_key"]}\n  IdentitiesOnly yes\n  UserKnownHostsFile {home["known_hosts"]}\n  GlobalKnownHostsFile /dev/null\n");
        home.Write("server_config", $"""
            Port {endPoint.Port}
            ListenAddress {endPoint.Address}
            HostKey {home["host_key"]}
            AuthorizedKeysFile {home["authorized_keys"]}
            PidFile none
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            AllowTcpForwarding {forwarding}

            """);
        return new SshServer(home, await RunAsync(home, endPoint));
    }

    /// <summary>Lets nobody in any more.</summary>
    public void ForgetClient() => _home.Write("authorized_keys", "");

    /// <summary>Makes the client's settings forget the server's host key.</summary>
    public void ForgetHostKey() => _home.Write("known_hosts", "");

    /// <summary>Ends the server; the client's settings stay.</summary>
    public async Task StopAsync()
    {
        if (!_isStopped)
        {
            _isStopped = true;
            await _program.DisposeAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _home.Dispose();
    }

    private static Task<ServerProgram> RunAsync(TemporaryDirectory home, IPEndPoint endPoint)
    {
        if (Environment.IsPrivilegedProcess)
        {
            // What the system's own start of the server makes, where there is one.
            Directory.CreateDirectory("/run/sshd");
        }

        return ServerProgram.StartAsync("/usr/sbin/sshd", ["-D", "-e", "-f", home["server_config"]], home.Path, endPoint);
    }
}
