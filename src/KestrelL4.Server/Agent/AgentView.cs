using KestrelL4.Registry;

namespace KestrelL4.Server.Agent;

/// <summary>What the node sees of its agent: values to look at, whenever they are needed.</summary>
/// <param name="Holding">What the node has from the authority.</param>
/// <param name="State">How the node stands with it.</param>
/// <param name="Age">How long the registry has been unconfirmed.</param>
internal sealed record AgentView(Func<Holding> Holding, Func<AgentState> State, RegistryAge Age)
{
    /// <summary>The view of an agent; null = there is none.</summary>
    public static AgentView? Of(Agent? agent) => agent is null ? null : new(() => agent.Holding, () => agent.State, agent.Age);
}
