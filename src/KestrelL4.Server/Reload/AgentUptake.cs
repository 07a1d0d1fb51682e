using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Reload;

/// <summary>Puts in force what the agent brings, and tells how it is, as soon as it does.</summary>
/// <param name="access">What is in force for letting clients in.</param>
/// <param name="ports">Open while somebody could be let in.</param>
/// <param name="report">Tells how the components are.</param>
/// <param name="logger">Where it logs.</param>
internal sealed partial class AgentUptake(AccessInForce access, AccessPorts ports, ComponentReport report, ILogger<AgentUptake> logger)
{
    /// <summary>Takes up whatever an agent has, now and from now on.</summary>
    public void Follow(Agent.Agent agent)
    {
        agent.Changed += TakeUp;
        agent.StateChanged += report.Tell;
        TakeUp();
    }

    /// <summary>Looks at an agent no more.</summary>
    public void Leave(Agent.Agent agent)
    {
        agent.Changed -= TakeUp;
        agent.StateChanged -= report.Tell;
    }

    /// <summary>Puts in force what the agent has by now; who lost by it is cut when this returns, and the ports follow.</summary>
    public void TakeUp()
    {
        int cut = access.Refresh();
        if (cut > 0)
        {
            Withdrawn(logger, cut);
        }

        report.Tell();
        _ = ports.LookAsync();
    }

    [LoggerMessage(1, LogLevel.Information, "The authority withdrew access, connections cut: {Cut}")]
    private static partial void Withdrawn(ILogger logger, int cut);
}
