using KestrelL4.Server.Agent.Caches;
using KestrelL4.Server.Agent.Identities;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Agent;

/// <summary>What stays when another section <c>Authority</c> comes into force.</summary>
internal sealed record AgentParts
{
    /// <summary>Takes up what an earlier process kept.</summary>
    /// <param name="settings">The first section.</param>
    /// <param name="stateDirectory">Where the caches are.</param>
    /// <param name="loggers">Where everything logs.</param>
    /// <param name="time">The node's clock.</param>
    public AgentParts(AgentSettings settings, string stateDirectory, ILoggerFactory loggers, TimeProvider time)
    {
        Loggers = loggers;
        Time = time;
        Standing = new Standing(loggers.CreateLogger<Standing>(), time);
        Cache = new AuthorityCache(stateDirectory, Standing, loggers.CreateLogger<AuthorityCache>());
        JoinKey = new JoinKey(Cache);
        LastGood = new LastGood(Cache, loggers.CreateLogger<LastGood>(), time);
        GivingUp = new GivingUp(Standing, time);
        LastGood.TakeUp(CachedHolding.Read(settings.Authority, Cache, time));
        Standing.Remember(LastGood.Record.LastContact);
    }

    /// <summary>Where everything logs.</summary>
    public ILoggerFactory Loggers { get; }

    /// <summary>The node's clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>How the node stands with the authority.</summary>
    public Standing Standing { get; }

    /// <summary>The directory with the last good copy.</summary>
    public AuthorityCache Cache { get; }

    /// <summary>The key of a join.</summary>
    public JoinKey JoinKey { get; }

    /// <summary>What the node has.</summary>
    public LastGood LastGood { get; }

    /// <summary>When the node must end.</summary>
    public GivingUp GivingUp { get; }
}
