using System.Net;
using System.Text.Json.Nodes;
using KestrelL4.Testing.Certificates;

namespace KestrelL4.Testing.Nodes;

/// <summary>A node's directory while it is prepared: its files and its configuration, ready to run unless a test says otherwise.</summary>
/// <remarks>It begins with an identity, the client authority <c>main</c>, and an administration endpoint on any port.</remarks>
public sealed class NodeSetup
{
    private readonly JsonObject _root = new() { ["KestrelL4"] = new JsonObject() };

    /// <summary>Prepares a directory; its clients are signed by the given authority, or by an anchor of its own.</summary>
    public NodeSetup(TestAuthority? authority = null)
    {
        Authority = authority ?? TestAuthority.CreateRoot("test client authority");
        Identity = TestAuthority.CreateRoot("test server authority").Issue(TestSubject.Server());
        (string certificate, string key) = Identity.WriteTo(Directory.Path, "server");
        Set("StateDirectory", Directory["state"]);
        Set("Identity:Certificate", certificate);
        Set("Identity:Key", key);
        Set("ClientAuthorities:main:Certificate", Authority.WriteTo(Directory.Path, "clients.crt"));
        Set("Admin:Listen", "127.0.0.1:0");
    }

    /// <summary>Where its files are; removed with the node.</summary>
    public TemporaryDirectory Directory { get; } = new();

    /// <summary>The authority that signs its clients' certificates.</summary>
    public TestAuthority Authority { get; }

    /// <summary>The certificate that the node presents.</summary>
    public TestCertificate Identity { get; }

    /// <summary>The path of the configuration file.</summary>
    public string ConfigurationFile => Directory["node.json"];

    /// <summary>Sets a key below <c>KestrelL4</c>, such as <c>Applications:echo:Timeouts:Idle</c>; null removes it.</summary>
    public NodeSetup Set(string keyPath, JsonNode? value)
    {
        string[] keys = keyPath.Split(':');
        JsonObject section = _root["KestrelL4"]!.AsObject();
        foreach (string key in keys[..^1])
        {
            if (section[key] is not JsonObject inner)
            {
                inner = [];
                section[key] = inner;
            }

            section = inner;
        }

        if (value is null)
        {
            section.Remove(keys[^1]);
        }
        else
        {
            section[keys[^1]] = value;
        }

        return this;
    }

    /// <summary>Adds an application on a free loopback port, its own also while it is closed, with upstreams <c>u1</c>, <c>u2</c> and so on.</summary>
    public NodeSetup Application(string name, params IPEndPoint[] upstreams)
    {
        Set($"Applications:{name}:Listen", FreePort.Take().ToString());

        // A busy machine may keep a dial waiting for longer than the three seconds by default, and no client is to be refused for that.
        Set($"Applications:{name}:Timeouts:Connect", "20s");
        for (int index = 0; index < upstreams.Length; index++)
        {
            Set($"Applications:{name}:Upstreams:u{index + 1}:Address", upstreams[index].ToString());
        }

        return this;
    }

    /// <summary>Takes identity and registry from an authority, in place of files.</summary>
    /// <param name="url">Where it is.</param>
    /// <param name="pin">The pin of its root.</param>
    /// <param name="token">The join token; null = there is no file of one.</param>
    public NodeSetup Follow(string url, string pin, string? token)
    {
        Set("Identity", null);
        Set("Authority:Urls", new JsonArray(url));
        Set("Authority:CaPin", pin);
        return token is null ? this : Set("Authority:JoinTokenFile", WriteToken(token));
    }

    /// <summary>Writes the file of the join token and gives its path.</summary>
    public string WriteToken(string token)
    {
        string path = Directory.Write("token", token + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    /// <summary>Registers a client with a new certificate of <see cref="Authority"/> and gives that certificate.</summary>
    public TestCertificate Client(string name, params string[] applications)
    {
        TestCertificate certificate = Authority.Issue(new TestSubject(name));
        Register(name, certificate, applications);
        return certificate;
    }

    /// <summary>Registers a client with a certificate that it has.</summary>
    public NodeSetup Register(string name, TestCertificate certificate, params string[] applications)
    {
        Set($"Clients:{name}:SerialNumbers", new JsonArray(certificate.SerialNumber));
        return Set($"Clients:{name}:Applications", new JsonArray([.. applications.Select(application => (JsonNode)application)]));
    }

    /// <summary>Writes the configuration file.</summary>
    public void Write() => File.Move(Directory.Write("node.json.new", ToString()), ConfigurationFile, overwrite: true);

    /// <summary>Writes the files and starts the node, which owns the directory from then on.</summary>
    public Task<TestNode> StartAsync(NodeLaunch? launch = null)
    {
        Write();
        return TestNode.StartAsync(ConfigurationFile, Directory, launch ?? new NodeLaunch());
    }

    /// <summary>Writes the files and runs a node that is expected to end by itself.</summary>
    public Task<ToolResult> RunToExitAsync(params string[] arguments)
    {
        Write();
        return NodeExecutable.RunAsync(Directory.Path, ["run", "--config", ConfigurationFile, .. arguments]);
    }

    /// <summary>The configuration as JSON.</summary>
    public override string ToString() => _root.ToJsonString(new() { WriteIndented = true });
}
