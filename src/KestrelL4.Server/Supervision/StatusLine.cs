using KestrelL4.Server.Configuration.Values;
using KestrelL4.Server.Health;

namespace KestrelL4.Server.Supervision;

/// <summary>How the node is, in one line for people.</summary>
internal static class StatusLine
{
    /// <summary>The status, and what keeps it from being healthy.</summary>
    /// <param name="report">How the node and its components are.</param>
    /// <param name="openConnections">How many connections are open: what a node that drains waits for.</param>
    public static string Of(HealthReport report, int openConnections)
    {
        string status = Word(report.Status);
        return report.Status switch
        {
            ComponentStatus.Healthy => status,
            ComponentStatus.Draining => $"{status}, open connections: {openConnections}",
            _ => Printable.Line(string.Join("; ", report.Components
                .Where(static component => component.Value.Reason is not null)
                .Select(static component => $"{component.Key} {Word(component.Value.Status)}: {component.Value.Reason}")
                .Prepend(status))),
        };
    }

    private static string Word(ComponentStatus status) => status.ToString().ToLowerInvariant();
}
