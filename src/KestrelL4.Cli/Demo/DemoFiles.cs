using KestrelL4.Authority.Pki;

namespace KestrelL4.Cli.Demo;

/// <summary>The demo's temporary directory: a CA with the clients' certificates, the authority's directory, and the node's configuration; removed at the end.</summary>
/// <param name="time">Tells when the certificates begin.</param>
internal sealed class DemoFiles(TimeProvider time) : IDisposable
{
    private const int Days = 7;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly string[] Clients = [DemoNames.Alice, DemoNames.Bob, DemoNames.Carol, DemoNames.Mallory];

    private readonly Dictionary<string, string> _serialNumbers = [];

    /// <summary>Its absolute path, mode 0700.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("kestrell4-demo-").FullName;

    /// <summary>The node's configuration file.</summary>
    public string Configuration => In("node.json");

    /// <summary>The directory of the authority.</summary>
    public string Authority => In("authority");

    /// <summary>The root of the authority, to which the node's certificate leads.</summary>
    public string Root => System.IO.Path.Combine(Authority, "ca.crt");

    private string PkiDirectory => In("pki");

    /// <summary>Makes the clients' CA and their certificates.</summary>
    public void Issue()
    {
        FilePki pki = new(PkiDirectory, time);
        Expect(pki.Initialize(Days));
        foreach (string name in Clients)
        {
            _serialNumbers[name] = ClientName.TryParse(name, out ClientName? client)
                ? Expect(pki.IssueClient(client, Days))
                : throw new InvalidOperationException($"{name}: {ClientName.Rule}");
        }
    }

    /// <summary>The id of a client's certificate, as the authority registers it.</summary>
    public string CertificateIdOf(string name) => $"{DemoNames.ClientAuthority}:{_serialNumbers[name]}";

    /// <summary>Writes the node's join token.</summary>
    public void WriteToken(string token)
    {
        using StreamWriter file = new(In("join-token"), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
        file.WriteLine(token);
    }

    /// <summary>Writes the node's configuration in place of the one before.</summary>
    public void Configure(string text)
    {
        string next = Configuration + ".new";
        File.WriteAllText(next, text);
        File.Move(next, Configuration, overwrite: true);
    }

    /// <summary>Has the CA revoke bob's certificate.</summary>
    public void RevokeBob()
    {
        if (SerialNumber.TryParse(_serialNumbers[DemoNames.Bob], out SerialNumber? serialNumber))
        {
            Expect(new FilePki(PkiDirectory, time).Revoke(serialNumber, Days));
        }
    }

    /// <summary>A client's certificate.</summary>
    public string CertificateOf(string name) => System.IO.Path.Combine(PkiDirectory, $"{name}.crt");

    /// <summary>The private key of that certificate.</summary>
    public string KeyOf(string name) => System.IO.Path.Combine(PkiDirectory, $"{name}.key");

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static string Expect(PkiAnswer answer) => answer.SerialNumber?.Text ?? throw new IOException(answer.Text);

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
