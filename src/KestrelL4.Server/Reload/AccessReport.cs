using System.Globalization;
using KestrelL4.Server.Agent;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Health;
using KestrelL4.Tls;

namespace KestrelL4.Server.Reload;

/// <summary>Tells how identity, registry and authority are, each for itself.</summary>
/// <param name="health">Who is told.</param>
/// <param name="model">The configuration in force.</param>
/// <param name="access">What is in force for letting clients in.</param>
/// <param name="time">The clock by which things run out.</param>
internal sealed class AccessReport(NodeHealth health, NodeModel model, AccessInForce access, TimeProvider time)
{
    /// <summary>Looks at all three and tells what changed.</summary>
    public void Tell()
    {
        TellIdentity(access.Current);
        if (access.Agent is not { } agent)
        {
            health.Registry.Healthy();
            return;
        }

        AuthorityConfiguration settings = model.InForce.Configuration.Authority!;
        TellRegistry(agent, settings);
        TellAuthority(agent, settings);
    }

    private void TellIdentity(Access current)
    {
        bool isIssued = model.InForce.Files.Identity is null;
        if (current.Identity is not { NotAfter: var notAfter })
        {
            health.Identity.Starting("there is none yet: the authority issues it");
        }
        else if (current.HasExpired(time.GetUtcNow()))
        {
            health.Identity.Unhealthy($"the certificate expired at {notAfter:u}");
        }
        else if (model.InForce.Files.Problems.GetValueOrDefault(ComponentNames.Identity) is { } problem)
        {
            health.Identity.Degraded(problem);
        }
        else if (isIssued && access.Agent?.State().RenewalExhausted is { } exhausted)
        {
            health.Identity.Degraded(exhausted);
        }
        else
        {
            health.Identity.Healthy();
        }
    }

    private void TellRegistry(AgentView agent, AuthorityConfiguration settings)
    {
        string? problem = agent.State().RegistryProblem;
        if (access.Current.Registry is null || agent.Age.Age == TimeSpan.MaxValue)
        {
            health.Registry.Starting(problem ?? "there is none yet: the authority serves it");
        }
        else if (agent.Age.Age <= settings.MaxStaleness)
        {
            Tell(health.Registry, problem);
        }
        else
        {
            bool isRefusing = agent.Age.IsStale;
            string stale = $"the authority has not confirmed it for {Text(agent.Age.Age)}, and MaxStaleness is {Text(settings.MaxStaleness)}: "
                + (isRefusing ? "new connections are refused, open ones go on" : "served all the same, as OnStale says");
            string reason = problem is null ? stale : $"{problem}; {stale}";
            if (isRefusing)
            {
                health.Registry.Unhealthy(reason);
            }
            else
            {
                health.Registry.Degraded(reason);
            }
        }
    }

    private void TellAuthority(AgentView agent, AuthorityConfiguration settings)
    {
        AgentState state = agent.State();
        Component component = health.Authority;
        if (state.Failure is { } failure)
        {
            string reason = $"{failure.Sentence.TrimEnd('.')}; {Outlook(agent, settings)}";
            if (state.IsRevoked)
            {
                component.Unhealthy(reason);
            }
            else
            {
                component.Degraded(reason);
            }
        }
        else if (!state.IsConnected)
        {
            component.Starting("it has not answered yet");
        }
        else
        {
            Tell(component, state.CacheProblem ?? model.InForce.Files.Problems.GetValueOrDefault(ComponentNames.Authority));
        }
    }

    // What an operator wants to know of an authority that is away: for how long that will do.
    private string Outlook(AgentView agent, AuthorityConfiguration settings)
    {
        string contact = agent.State().LastContact is { } last ? $"last contact at {last:u}" : "there never was a contact";
        string registry = access.Current.Registry is null ? "no registry"
            : $"registry confirmed {Text(agent.Age.Age)} ago, stale after {Text(settings.MaxStaleness)}";
        string identity = access.Current.Identity is NodeIdentity held ? $"identity valid until {held.NotAfter:u}" : "no identity";
        return $"{contact}; {registry}; {identity}";
    }

    private static void Tell(Component component, string? problem)
    {
        if (problem is null)
        {
            component.Healthy();
        }
        else
        {
            component.Degraded(problem);
        }
    }

    // Whole seconds, such as 00:01:30 or 1.00:00:00.
    private static string Text(TimeSpan span) =>
        TimeSpan.FromSeconds(Math.Floor(span.TotalSeconds)).ToString("c", CultureInfo.InvariantCulture);
}
