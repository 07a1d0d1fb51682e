using System.Net;
using KestrelL4.Server;
using KestrelL4.Server.Agent;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Configuration.Loading;
using KestrelL4.Server.Reload;
using KestrelL4.Server.Supervision;
using KestrelL4.Server.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Cli.Demo;

/// <summary>The demo's node: a real one, built from the demo's configuration file.</summary>
internal sealed class DemoNode : IAsyncDisposable
{
    private const string DefaultLevel = "LogLevel:Default";

    private readonly IConfiguration _logSettings;
    private readonly NodeLogging _logging;
    private readonly StateDirectory _state;
    private readonly Agent _agent;
    private readonly Node _node;

    private DemoNode(ConfigurationSources sources, Candidate first, StateDirectory state, TimeProvider time)
    {
        _state = state;
        _logSettings = first.Reading.Logging;

        // What the play tells is not told twice.
        _logSettings[DefaultLevel] = nameof(LogLevel.Error);
        _logging = NodeLogging.Create(_logSettings);
        _agent = new Agent(AuthorityChange.SettingsOf(first.Reading), first.Reading.Understood.StateDirectory, _logging.Factory, time);
        NodeModel model = new(new ConfigurationInForce(first.Reading, first.Files!, time.GetUtcNow()), first.Seen);
        _node = new Node(sources, model, _agent, new NodeHost(_logging, Supervisor.None, time));
    }

    /// <summary>The address of the admin endpoint. Only after the start.</summary>
    public string AdminAddress => _node.AdminAddress;

    /// <summary>Where the application listens. Only after the start.</summary>
    public IPEndPoint Address => IPEndPoint.Parse(_node.Addresses[DemoNames.Application]);

    /// <summary>Builds the node; nothing is bound yet.</summary>
    public static async Task<DemoNode> CreateAsync(DemoFiles files, TimeProvider time)
    {
        // Of the user's own surroundings nothing may reach the demo: a KestrelL4__… variable is meant for another node.
        ConfigurationSources sources = new([files.Configuration], SecretsDirectory: null, Settings: [])
        {
            Surroundings = new Surroundings(files.Path, new Dictionary<string, string>()),
        };
        Candidate first = await Candidate.ReadAsync(sources, time);
        if (first.Refused.Count > 0)
        {
            throw new InvalidOperationException(string.Join(' ', first.Refused));
        }

        StateDirectory state = StateDirectory.TryOpen(first.Reading.Understood.StateDirectory, [], out string problem)
            ?? throw new IOException(problem);
        return new DemoNode(sources, first, state, time);
    }

    /// <summary>Joins by its token, binds and serves.</summary>
    /// <exception cref="IOException">The authority does not admit it.</exception>
    public async Task StartAsync(CancellationToken stop)
    {
        if (await _agent.TryAsync(stop) is { } failure)
        {
            throw new IOException(failure.Sentence);
        }

        await _node.StartAsync();
    }

    /// <summary>Has the node's warnings, and its line of every connection that ends, printed from now on.</summary>
    public void Speak()
    {
        _logSettings[DefaultLevel] = nameof(LogLevel.Warning);
        _logSettings["LogLevel:KestrelL4.Connections"] = nameof(LogLevel.Information);
        _logging.Use(_logSettings);
    }

    /// <summary>Closes the ports and lets the open connections end.</summary>
    public Task DrainAsync(CancellationToken cut) => _node.DrainAsync(cut);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        await _agent.DisposeAsync();
        _state.Dispose();
        _logging.Dispose();
    }
}
