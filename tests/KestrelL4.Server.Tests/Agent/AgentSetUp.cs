using KestrelL4.Protocol;
using KestrelL4.Server.Agent;
using KestrelL4.Server.Agent.Contact;
using KestrelL4.Server.Configuration;
using KestrelL4.Testing;
using NodeAgent = KestrelL4.Server.Agent.Agent;

namespace KestrelL4.Server.Tests.Agent;

/// <summary>An authority that runs, and agents of one state directory that ask it.</summary>
public abstract class AgentSetUp : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _owned = [];

    private protected AgentSetUp() => Authority = new FakeAuthority(Scene.Pki);

    private protected AgentScene Scene { get; } = new();

    private protected FakeAuthority Authority { get; }

    private protected AuthorityConfiguration Configuration { get; set; } = null!;

    private protected string TokenFile => Configuration.JoinTokenFile!;

    public async Task InitializeAsync()
    {
        await Authority.StartAsync();
        Configuration = new AuthorityConfiguration
        {
            Urls = [Authority.Url],
            Ca = Scene.CaFile,
            JoinTokenFile = Scene.Directory.Write("token", FakeAuthority.Token + "\n"),
        };
    }

    public async Task DisposeAsync()
    {
        foreach (IAsyncDisposable owned in _owned)
        {
            await owned.DisposeAsync();
        }

        await Authority.DisposeAsync();
        Scene.Dispose();
    }

    private protected AgentSettings Settings => new(Configuration, "hash", ["main"]);

    /// <summary>The agent of a new process.</summary>
    private protected NodeAgent NewAgent(TimeProvider? time = null)
    {
        NodeAgent agent = new(Settings, Scene.Directory.Path, Scene.Loggers, time ?? Scene.Time);
        _owned.Add(agent);
        return agent;
    }

    /// <summary>The agent of a new process that has joined.</summary>
    private protected async Task<NodeAgent> JoinedAsync(TimeProvider? time = null)
    {
        NodeAgent agent = NewAgent(time);
        Assert.Null(await agent.TryAsync(default));
        return agent;
    }

    private protected static async Task<ContactFailure> FailAsync(NodeAgent agent)
    {
        ContactFailure? failure = await agent.TryAsync(default);
        Assert.NotNull(failure);
        return failure;
    }

    private protected Task UntilAsync(Func<bool> condition, string message) =>
        Eventually.UntilAsync(() => Task.FromResult(condition()), () => $"{message}; logged: {string.Join("\n", Scene.Loggers.Lines)}", TimeSpan.FromSeconds(40));

    /// <summary>Waits while time passes, a tenth of a second at each look.</summary>
    private protected Task UntilWhileTimePassesAsync(Func<bool> condition, string message) => UntilAsync(
        () =>
        {
            Scene.Time.Advance(TimeSpan.FromMilliseconds(100));
            return condition();
        },
        message);

    private protected int Joins => Authority.RequestsOf(AuthorityRoutes.Identity).Count(static request => request.ClientThumbprint is null);

    private protected int Renewals => Authority.RequestsOf(AuthorityRoutes.Identity).Count(static request => request.ClientThumbprint is not null);
}
