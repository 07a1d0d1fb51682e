using KestrelL4.Server.Health;
using KestrelL4.Server.Listeners;
using KestrelL4.Server.Sources;
using KestrelL4.Tls;

namespace KestrelL4.Server.Reload;

/// <summary>Tells how the components are, from what is in force.</summary>
/// <param name="health">Who is told.</param>
/// <param name="served">The applications.</param>
/// <param name="model">What is in force.</param>
/// <param name="access">What is in force for letting clients in.</param>
/// <param name="time">The clock by which certificates and lists run out.</param>
internal sealed class ComponentReport(
    NodeHealth health, ServedApplications served, NodeModel model, AccessInForce access, TimeProvider time)
{
    private readonly AccessReport _access = new(health, model, access, time);
    private readonly Lock _telling = new();

    /// <summary>Whether the node is draining, as its readiness tells at once.</summary>
    public bool IsDraining
    {
        get => health.IsDraining;
        set => health.IsDraining = value;
    }

    /// <summary>Looks at everything and tells what changed, from whatever thread knows of a change.</summary>
    public void Tell()
    {
        // Of two at once the one who looked first must not have the last word.
        lock (_telling)
        {
            TellAll();
        }
    }

    private void TellAll()
    {
        NodeFiles files = model.InForce.Files;
        DateTimeOffset now = time.GetUtcNow();
        _access.Tell();
        foreach (ClientAuthority authority in access.Current.ClientAuthorities)
        {
            Tell(health.ClientAuthority(authority.Name), files.Problems.GetValueOrDefault(ComponentNames.ClientAuthority(authority.Name)));
            if (authority.RevocationList is { } list)
            {
                TellRevocation(authority, list, files, now);
            }
        }

        foreach (ServedApplication application in served.Configured)
        {
            Tell(application, health.Application(application.Name));
        }

        health.Keep(NamesNow().ToHashSet(StringComparer.OrdinalIgnoreCase));
    }

    private IEnumerable<string> NamesNow() =>
        served.Configured.Select(static application => ComponentNames.Application(application.Name))
            .Concat(access.Current.ClientAuthorities.Select(static authority => ComponentNames.ClientAuthority(authority.Name)))
            .Concat(access.Current.ClientAuthorities.Where(static authority => authority.RevocationList is not null)
                .Select(static authority => ComponentNames.Revocation(authority.Name)));

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

    private void Tell(ServedApplication application, Component component)
    {
        if (application.IsDrained || IsDraining)
        {
            component.Draining(application.IsDrained ? "the operator drains it" : "the node is draining");
        }
        else if (!access.IsKnown)
        {
            component.Starting("its port opens when identity and registry are there");
        }
        else if (application.Bound is not { IsOpen: true })
        {
            component.Unhealthy($"its port {application.Configuration.Listen.Text} is closed");
        }
        else if (application.AwaitsProbes && component.State.Status == ComponentStatus.Starting)
        {
            component.Starting("not every upstream has answered its first probe yet");
        }
        else
        {
            UpstreamLosses.Tell(component, application.Application.Upstreams, [.. ProblemsOf(application)]);
        }
    }

    // What an application's upstreams lack although it serves.
    private IEnumerable<string> ProblemsOf(ServedApplication application)
    {
        NodeFiles files = model.InForce.Files;
        if (files.Problems.GetValueOrDefault(ComponentNames.Application(application.Name)) is { } problem)
        {
            yield return problem;
        }

        foreach (string name in application.Upstreams.Problems)
        {
            yield return name;
        }

        DateTimeOffset now = time.GetUtcNow();
        foreach (UpstreamTls tls in application.Application.Upstreams.Select(static upstream => upstream.Tls).OfType<UpstreamTls>().Distinct())
        {
            if (tls.Identity is { } identity && identity.NotAfter <= now)
            {
                yield return $"the certificate for its upstreams expired at {identity.NotAfter:u}";
            }
        }
    }

    private void TellRevocation(ClientAuthority authority, RevocationList list, NodeFiles files, DateTimeOffset now)
    {
        Component component = health.Revocation(authority.Name);
        if (authority.IsRevocationStale(now))
        {
            component.Unhealthy($"the list of {list.ThisUpdate:u} is older than MaxRevocationAge; clients of this authority are refused");
            return;
        }

        Tell(
            component,
            files.Problems.GetValueOrDefault(component.Name)
            ?? (list.NextUpdate <= now ? $"a newer list was promised by {list.NextUpdate:u}" : null));
    }
}
