using KestrelL4.Cli.Display;
using KestrelL4.Server.Admin.Answers;
using KestrelL4.Server.Health;

namespace KestrelL4.Cli.Control;

/// <summary>The node's status for people.</summary>
/// <param name="now">The moment that ages are told of.</param>
internal sealed class StatusText(DateTimeOffset now)
{
    /// <summary>The whole status, a table each for components, applications, upstreams and limits.</summary>
    public Report Of(NodeStatus status) => status.Limits.Count > 0
        ? new Report(Heading(status), Components(status), Applications(status), Upstreams(status), Limits(status))
        : new Report(Heading(status), Components(status), Applications(status), Upstreams(status));

    private static string Registry(RegistryStatus registry)
    {
        string what = $"registry from {registry.Source}, revision {registry.Revision}, clients: {Readable.Count(registry.Clients)}";
        return registry.Source switch
        {
            null => "no registry yet",
            "file" => what,
            _ => $"{what}, epoch {registry.Epoch}, {Confirmed(registry)}{(registry.Stale ? ": stale" : "")}",
        };
    }

    private static string Confirmed(RegistryStatus registry) =>
        registry.AgeSeconds is { } age ? $"confirmed {Readable.Age(TimeSpan.FromSeconds(age))} ago" : "never confirmed";

    private static string Authority(AuthorityStatus authority)
    {
        string contact = authority.LastContact is { } last ? $"last contact {Readable.Time(last)}" : "no contact yet";
        return authority.Connected ? $"authority connected, {contact}"
            : authority.Failure is null ? $"authority not reached yet, {contact}"
            : $"authority not connected, {contact}, failed attempts: {Readable.Count(authority.FailedAttempts)}";
    }

    private static TextTable Applications(NodeStatus status)
    {
        TextTable table = new("APPLICATION", "STATUS", "LISTEN", "CONNECTIONS", "QUEUED", "ENDED");
        foreach (ApplicationStatus application in status.Applications)
        {
            table.Add(
                application.Name,
                Tones.Of(application.Status),
                application.Open ? application.Listen : new Cell($"{application.Listen} (closed)", Tone.Doubtful),
                Readable.Count(application.Connections),
                Readable.Count(application.Queued),
                Readable.Count(application.Totals.Values.Sum()));
        }

        return table;
    }

    private static TextTable Limits(NodeStatus status)
    {
        TextTable table = new("LIMIT", "APPLICATION", "CONNECTIONS", "AT MOST", "PER WINDOW", "WINDOW", "PER SECOND", "WAITING");
        foreach (LimitStatus limit in status.Limits)
        {
            table.Add(
                limit.Scope,
                limit.Application,
                Readable.Count(limit.Connections),
                limit.MaxConcurrentConnections is { } most ? Readable.Count(most) : null,
                limit.ConnectionsPerWindow is { } permits ? Readable.Count(permits) : null,
                limit.ConnectionsPerWindow is null ? null : $"{limit.WindowSeconds:0.###}s",
                limit.BytesPerSecond is { } bytes ? Readable.Bytes(bytes) : null,
                Readable.Count(limit.Waiting));
        }

        return table;
    }

    private TextLines Heading(NodeStatus status)
    {
        TextLines lines = new();
        lines.Add($"{status.Node} is ", Tones.Of(status.Status), $": KestrelL4 {status.Version}, up {Readable.Age(now - status.StartedAt)}");
        lines.Add($"configuration {status.Configuration.Hash}, applied {Readable.Time(status.Configuration.AppliedAt)}");
        if (status.Configuration.Rejected is { } rejected)
        {
            lines.Add(new Cell($"a newer one was refused {Readable.Time(rejected.At)}, errors: {rejected.Errors.Count}", Tone.Bad));
            foreach (string error in rejected.Errors.Texts ?? [])
            {
                lines.Add($"  {error}");
            }
        }

        lines.Add(status.Identity is { NotAfter: { } notAfter, Source: { } issuer } ? $"identity from {issuer}, valid until {Readable.Time(notAfter)}" : "no identity yet");
        lines.Add(Registry(status.Registry));
        if (status.Authority is { } authority)
        {
            lines.Add(new Cell(Authority(authority), authority.Connected ? Tone.Plain : Tone.Doubtful));
        }

        return lines;
    }

    private TextTable Components(NodeStatus status)
    {
        TextTable table = new("COMPONENT", "STATUS", "FOR", "REASON");
        foreach ((string name, ComponentState state) in status.Components)
        {
            table.Add(name, Tones.Of(state.Status), Readable.Age(now - state.Since), state.Reason);
        }

        return table;
    }

    private TextTable Upstreams(NodeStatus status)
    {
        TextTable table = new("UPSTREAM", "STATUS", "FOR", "ADDRESS", "CONNECTIONS", "TOTAL", "REASON");
        foreach (ApplicationStatus application in status.Applications)
        {
            foreach (UpstreamStatus upstream in application.Upstreams)
            {
                table.Add(
                    $"{application.Name}/{upstream.Name}",
                    Tones.OfUpstream(upstream.Status),
                    Readable.Age(now - upstream.Since),
                    upstream.Address,
                    Readable.Count(upstream.Connections),
                    Readable.Count(upstream.Total),
                    upstream.Reason);
            }
        }

        return table;
    }
}
