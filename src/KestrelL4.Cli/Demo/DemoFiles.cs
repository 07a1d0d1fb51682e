using KestrelL4.Authority.Pki;

namespace KestrelL4.Cli.Demo;

/// <summary>The demo's temporary directory: a CA, what it issued, and the node's configuration; removed at the end.</summary>
/// <param name="time">Tells when the certificates begin.</param>
internal sealed class DemoFiles(TimeProvider time) : IDisposable
{
    private const int Days = 7;

    private static readonly string[] Hosts = ["localhost", "127.0.0.1"];

    private IReadOnlyList<EchoUpstream> _upstreams = [];
    private string _alice = "";
    private string _bob = "";

    /// <summary>Its absolute path, mode 0700.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("kestrell4-demo-").FullName;

    /// <summary>The node's configuration file.</summary>
    public string Configuration => System.IO.Path.Combine(Path, "node.json");

    private string PkiDirectory => System.IO.Path.Combine(Path, "pki");

    /// <summary>Makes the CA, the node's certificate and those of the clients named, and the configuration that fits them.</summary>
    public void Write(IReadOnlyList<EchoUpstream> upstreams)
    {
        FilePki pki = new(PkiDirectory, time);
        Expect(pki.Initialize(Days));
        Expect(pki.IssueServer([.. Hosts.Select(Host)], Days));
        _upstreams = upstreams;
        _alice = IssueClient(pki, DemoNames.Alice);
        _bob = IssueClient(pki, DemoNames.Bob);
        _ = IssueClient(pki, DemoNames.Mallory);
        File.WriteAllText(Configuration, DemoConfiguration.Text(upstreams, _alice, _bob));
    }

    /// <summary>Writes the configuration anew, with a grant for bob.</summary>
    public void GrantToBob()
    {
        string next = Configuration + ".new";
        File.WriteAllText(next, DemoConfiguration.Text(_upstreams, _alice, _bob, DemoNames.Application));
        File.Move(next, Configuration, overwrite: true);
    }

    /// <summary>Has the CA revoke bob's certificate.</summary>
    public void RevokeBob()
    {
        if (SerialNumber.TryParse(_bob, out SerialNumber? serialNumber))
        {
            Expect(new FilePki(PkiDirectory, time).Revoke(serialNumber, Days));
        }
    }

    /// <summary>The certificate called <paramref name="name"/>, such as <c>ca</c> or <c>alice</c>.</summary>
    public string CertificateOf(string name) => System.IO.Path.Combine(PkiDirectory, $"{name}.crt");

    /// <summary>The private key of that certificate.</summary>
    public string KeyOf(string name) => System.IO.Path.Combine(PkiDirectory, $"{name}.key");

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static string IssueClient(FilePki pki, string name) =>
        ClientName.TryParse(name, out ClientName? client)
            ? Expect(pki.IssueClient(client, Days))
            : throw new InvalidOperationException($"{name}: {ClientName.Rule}");

    private static HostName Host(string text) =>
        HostName.TryParse(text, out HostName? host) ? host : throw new InvalidOperationException($"{text}: {HostName.Rule}");

    private static string Expect(PkiAnswer answer) => answer.SerialNumber?.Text ?? throw new IOException(answer.Text);
}
