using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests.Reload;

/// <summary>A node whose configuration the tests of a file change, while a client that no change concerns uses it without a pause.</summary>
public class ReloadFixture : IAsyncLifetime
{
    private readonly EchoServer _steady = new();

    /// <summary>What the node is configured by; each test leaves it as it likes, but for <c>steady</c> and <c>echo</c>.</summary>
    public NodeSetup Setup { get; } = new();

    /// <summary>The upstream of <c>echo</c>.</summary>
    public EchoServer Upstream { get; } = new();

    /// <summary>A client that may use everything.</summary>
    public TestCertificate Alice { get; private set; } = null!;

    /// <summary>The running node.</summary>
    public TestNode Node { get; private set; } = null!;

    /// <summary>The client that no change concerns, at the application <c>steady</c>.</summary>
    internal Bystander Bystander { get; private set; } = null!;

    /// <summary>How the node is started.</summary>
    protected virtual NodeLaunch Launch => new();

    public async Task InitializeAsync()
    {
        Setup.Application("steady", _steady.EndPoint).Application("echo", Upstream.EndPoint);
        TestCertificate bystander = Client("bystander", "steady");
        Alice = Client("alice", "*");
        Node = await Setup.StartAsync(Launch);
        Bystander = new Bystander(Node.EndPoint("steady"), bystander);
    }

    public virtual async Task DisposeAsync()
    {
        await Bystander.DisposeAsync();
        await Node.DisposeAsync();
        await Upstream.DisposeAsync();
        await _steady.DisposeAsync();
    }

    /// <summary>Issues a certificate of the client authority <c>main</c> and registers it; it counts with the next change.</summary>
    public TestCertificate Client(string name, params string[] applications) => Client("main", Setup.Authority, name, applications);

    /// <summary>Issues a certificate of any client authority and registers it; it counts with the next change.</summary>
    public TestCertificate Client(string authority, TestAuthority issuer, string name, params string[] applications)
    {
        TestCertificate certificate = issuer.Issue(new TestSubject(name));
        Setup.Register(name, certificate, applications);
        Setup.Set($"Clients:{name}:SerialNumbers", new JsonArray($"{authority}:{certificate.SerialNumber}"));
        return certificate;
    }

    /// <summary>Changes the configuration and comes back when it is in force.</summary>
    public async Task ApplyAsync(Action<NodeSetup> change)
    {
        string before = await HashAsync();
        change(Setup);
        Setup.Write();
        Node.Process.HangUp();
        await Eventually.UntilAsync(
            async () => await HashAsync() != before, () => $"the change is in force. The node printed:\n{Printed()}");
        await Eventually.UntilAsync(async () => await RejectedAsync() is null, "nothing is refused any more");
        await Node.LearnEndPointsAsync();
    }

    /// <summary>Sets one key, or removes it with null, and comes back when that is in force.</summary>
    public Task ApplyAsync(string keyPath, JsonNode? value) => ApplyAsync(setup => setup.Set(keyPath, value));

    /// <summary>Changes files so that something of them must be refused, and comes back when the log has named it and the status tells of it.</summary>
    /// <param name="change">Writes the files.</param>
    /// <param name="error">What the log must say.</param>
    public async Task RefuseAsync(Action change, string error)
    {
        int printed = Node.Process.Lines.Count;
        MetricWatch rejected = await Node.WatchAsync("kestrell4_configuration_reloads_total", ("result", "rejected"));
        change();
        Node.Process.HangUp();
        await Eventually.UntilAsync(
            async () => await rejected.RiseAsync() >= 1 && Node.Process.Lines.Skip(printed).Any(line => line.Contains(error, StringComparison.Ordinal)),
            () => $"the change is refused and the log says '{error}'. It said:\n{Printed(printed)}");
        Assert.True((int)(await RejectedAsync())!["errors"]! > 0);
    }

    /// <summary>Waits until a component has a status, and gives the reason for it.</summary>
    public async Task<string?> UntilComponentAsync(string component, string status)
    {
        JsonNode? found = null;
        await Eventually.UntilAsync(
            async () =>
            {
                found = (await Node.StatusAsync())["components"]![component];
                return (string?)found?["status"] == status;
            },
            () => $"{component} becomes {status}; it is {found?.ToJsonString()}. The node printed:\n{Printed()}");
        return (string?)found!["reason"];
    }

    /// <summary>What <c>/status</c> says of an application; null when it does not know it.</summary>
    public async Task<JsonNode?> StatusOfAsync(string application) =>
        (await Node.StatusAsync())["applications"]!.AsArray().FirstOrDefault(each => (string?)each!["name"] == application);

    /// <summary>How many connections <c>/status</c> counts at an upstream.</summary>
    public async Task<int> ConnectionsAtAsync(string application, string upstream) =>
        (int)(await StatusOfAsync(application))!["upstreams"]!.AsArray().First(each => (string?)each!["name"] == upstream)!["connections"]!;

    // Without the lines of the bystander's connections, which would bury the others.
    private string Printed(int from = 0) =>
        string.Join('\n', Node.Process.Lines.Skip(from).Where(static line => !line.Contains("client=bystander", StringComparison.Ordinal)));

    private async Task<JsonNode?> RejectedAsync() => (await Node.StatusAsync())["configuration"]!["rejected"];

    private async Task<string> HashAsync() => (string)(await Node.StatusAsync())["configuration"]!["hash"]!;
}
