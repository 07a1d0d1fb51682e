using System.Net;
using KestrelL4.FunctionalTests.Authority;

namespace KestrelL4.FunctionalTests.Agent;

/// <summary>An authority that knows alice, and an upstream: what nodes need that follow an authority.</summary>
internal sealed class AuthorityScene : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _owned = [];
    private readonly TestAuthority _clients = TestAuthority.CreateRoot("test client authority");

    private AuthorityScene(RunningAuthority authority)
    {
        Authority = authority;
        Alice = NewCertificate("alice");
    }

    /// <summary>The authority.</summary>
    public RunningAuthority Authority { get; }

    /// <summary>The upstream of the application <c>echo</c>.</summary>
    public EchoServer Upstream { get; } = new();

    /// <summary>A client with a grant for <c>echo</c>.</summary>
    public TestCertificate Alice { get; }

    /// <summary>Starts the authority and registers alice.</summary>
    public static async Task<AuthorityScene> StartAsync()
    {
        AuthorityScene scene = new(await RunningAuthority.StartAsync());
        await scene.RegisterAsync("alice", scene.Alice);
        return scene;
    }

    /// <summary>A certificate of the client authority that nodes have in their own configuration.</summary>
    public TestCertificate NewCertificate(string name) => _clients.Issue(new TestSubject(name));

    /// <summary>Registers a client with a grant for <c>echo</c>.</summary>
    public Task RegisterAsync(string name, TestCertificate certificate) => Authority.Administrator.AddAsync(name, IdOf(certificate), "echo");

    /// <summary>A certificate's id as the authority writes it.</summary>
    public static string IdOf(TestCertificate certificate) => $"main:{certificate.SerialNumber}";

    /// <summary>A link to the authority, gone with the scene.</summary>
    public FaultyLink Link()
    {
        FaultyLink link = new(Authority.EndPoint);
        _owned.Add(link);
        return link;
    }

    /// <summary>Prepares a node that may join, with the application <c>echo</c>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="way">Where it finds the authority; null = where it is.</param>
    public async Task<NodeSetup> PrepareAsync(string name, IPEndPoint? way = null) => new NodeSetup(_clients)
        .Application("echo", Upstream.EndPoint)
        .Follow(
            RunningAuthority.UrlOf(way ?? Authority.EndPoint), await Authority.Administrator.PinAsync(), await Authority.Administrator.TokenAsync(name));

    /// <summary>Starts a node that is at work.</summary>
    public async Task<WorkingNode> StartNodeAsync(string name, FaultyLink? link = null) =>
        await WorkingNode.StartAsync(await PrepareAsync(name, link?.EndPoint), Alice);

    public async ValueTask DisposeAsync()
    {
        await Authority.DisposeAsync();
        foreach (IAsyncDisposable owned in _owned)
        {
            await owned.DisposeAsync();
        }

        await Upstream.DisposeAsync();
    }
}
