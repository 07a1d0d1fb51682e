using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.FunctionalTests.Authority;

/// <summary>The real authority as a process on loopback, with the verbs and programs that a user has.</summary>
internal sealed class RunningAuthority : IAsyncDisposable
{
    private readonly TemporaryDirectory _home = new();

    private RunningAuthority()
    {
        Administrator = new AdministratorSocket(_home["ca/admin.sock"]);
        Process = NewProcess();
    }

    public NodeProcess Process { get; private set; }

    /// <summary>What an administrator does, where a verb would take too long.</summary>
    public AdministratorSocket Administrator { get; }

    /// <summary>Where it listens, also after a restart.</summary>
    public IPEndPoint EndPoint { get; } = FreePort.Take();

    public string Url => UrlOf(EndPoint);

    public string this[string name] => _home[name];

    public static async Task<RunningAuthority> StartAsync()
    {
        RunningAuthority authority = new();
        await authority.ReadyAsync();
        return authority;
    }

    /// <summary>The address of an authority that is reached by this port of loopback.</summary>
    public static string UrlOf(IPEndPoint endPoint) => $"https://localhost:{endPoint.Port}";

    /// <summary>Starts it again on its directory, after it has ended.</summary>
    public async Task RestartAsync()
    {
        Process.Dispose();
        Process = NewProcess();
        await ReadyAsync();
    }

    /// <summary>Runs a verb, which must succeed, and gives what it printed.</summary>
    public async Task<string> DoAsync(params string[] arguments)
    {
        ToolResult result = await RunAsync(arguments);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result.Output.Trim();
    }

    /// <summary>Runs a verb.</summary>
    public Task<ToolResult> RunAsync(params string[] arguments) =>
        NodeExecutable.RunAsync(_home.Path, ["authority", .. arguments, "--directory", "ca"]);

    /// <summary>Runs openssl or curl in the directory beside the authority's, which is <c>ca</c>.</summary>
    public async Task<string> ToolAsync(string program, params string[] arguments)
    {
        ToolResult result = await Tool.RunAsync(program, arguments, workingDirectory: _home.Path);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result.Output;
    }

    /// <summary>Has curl ask the authority, trusting its root alone.</summary>
    public Task<string> CurlAsync(string route, params string[] arguments) =>
        ToolAsync("curl", ["--silent", "--show-error", "--cacert", "ca/ca.crt", .. arguments, Url + route]);

    /// <summary>Has a node join by a token: its key and certificate are then in NAME.key and NAME.crt.</summary>
    public async Task JoinAsync(string name) => await JoinAsync(name, await DoAsync("token", "create", name, "--host", "localhost"));

    /// <inheritdoc cref="JoinAsync(string)"/>
    public async Task JoinAsync(string name, string token)
    {
        await ToolAsync(
            "openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=somebody-else", "-keyout", $"{name}.key", "-out", $"{name}.csr");
        await CurlAsync("/v1/identity", "--fail", "-H", $"Authorization: Bearer {token}", "--data-binary", $"@{name}.csr", "-o", $"{name}.crt");
    }

    /// <summary>A client that shows the certificate of NAME.crt, or none.</summary>
    public HttpClient Connect(string? name)
    {
        X509Certificate2 root = X509CertificateLoader.LoadCertificateFromFile(_home["ca/ca.crt"]);
        SocketsHttpHandler handler = new();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { root },
        };
        if (name is not null)
        {
            handler.SslOptions.ClientCertificates = [X509Certificate2.CreateFromPemFile(_home[$"{name}.crt"], _home[$"{name}.key"])];
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, certificates, _, _) => certificates[0];
        }

        return new HttpClient(handler) { BaseAddress = new Uri(Url), Timeout = Eventually.DefaultDeadline };
    }

    /// <summary>A client of the admin socket.</summary>
    public HttpClient Administer() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_home["ca/admin.sock"]), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri("http://localhost"),
        Timeout = Eventually.DefaultDeadline,
    };

    public ValueTask DisposeAsync()
    {
        Process.Dispose();
        Administrator.Dispose();
        _home.Dispose();
        return ValueTask.CompletedTask;
    }

    private NodeProcess NewProcess() => new(
        NodeExecutable.Path, ["authority", "run", "--directory", "ca", "--listen", EndPoint.ToString(), "--host", "localhost"], _home.Path);

    private Task ReadyAsync() => Eventually.UntilAsync(
        () => Task.FromResult(Process.HasExited || Process.Output.Contains("is ready", StringComparison.Ordinal)),
        () => $"the authority is ready; it printed:\n{Process.Output}",
        TimeSpan.FromSeconds(30));
}
