using System.Net;
using KestrelL4.FunctionalTests.Reload;

namespace KestrelL4.FunctionalTests.Names;

/// <summary>A node that asks a name server of the tests' own.</summary>
public sealed class NamesFixture : ReloadFixture
{
    private readonly Lazy<OperatorSocket> _socket;

    public NamesFixture() => _socket = new Lazy<OperatorSocket>(() => new OperatorSocket(Setup.Directory["state/admin.sock"]));

    /// <summary>The name server.</summary>
    public NameServer Names { get; } = new();

    /// <summary>The node's admin socket.</summary>
    public OperatorSocket Socket => _socket.Value;

    protected override NodeLaunch Launch => new() { ResolverFile = Names.WriteTo(Setup.Directory) };

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Socket.Dispose();
        await Names.DisposeAsync();
    }

    /// <summary>Echo servers at one port of several loopback addresses, as a name has them.</summary>
    public static EchoServer[] ServersAt(params string[] addresses)
    {
        int port = FreePort.Take().Port;
        return [.. addresses.Select(address => new EchoServer(new IPEndPoint(IPAddress.Parse(address), port)))];
    }

    /// <summary>Adds an application with one upstream <c>db</c> of a host name, and waits until it is in force.</summary>
    public Task ApplyAsync(string application, string host, int port, bool expand) => ApplyAsync(setup =>
    {
        setup.Application(application);
        setup.Set($"Applications:{application}:Upstreams:db:Address", $"{host}:{port}");
        setup.Set($"Applications:{application}:Upstreams:db:Expand", expand);
    });

    /// <summary>Waits until an application has these upstreams, each with its status.</summary>
    public async Task UntilUpstreamsAsync(string application, params string[] expected)
    {
        string[] found = [];
        await Eventually.UntilAsync(
            async () =>
            {
                found = [.. (await StatusOfAsync(application))!["upstreams"]!.AsArray().Select(static each => $"{each!["name"]} {each["status"]}")];
                return found.SequenceEqual(expected);
            },
            () => $"{application} has {string.Join(", ", expected)}; it has {string.Join(", ", found)}. The node printed:\n{Node.Process.Output}");
    }
}
